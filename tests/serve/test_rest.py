"""The REST interface, by HTTP, on each store."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from memgraph.errors import ExtractionFailed
from memgraph.serve.keys import May
from tests.conftest import Place
from tests.serve.conftest import Service

DANA = [
    {"id": "m1", "name": "Dana Reyes", "content": "I work at Northwind.", "timestamp": "2025-03-03T10:00:00Z"},
    {"id": "m2", "name": "Dana Reyes", "content": "I joined Fabrikam.", "timestamp": "2025-05-12T10:00:00Z"},
]


@pytest.fixture
def lite(tmp_path: Path) -> Place:
    return Place(str(tmp_path / "lite.db"), None)


def told(answer: httpx.Response, status: int = 200) -> Any:
    assert answer.status_code == status, answer.text
    if status >= 400:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["status"] == status
    return answer.json()


def test_every_verb_has_a_route(service: Service, user: str) -> None:
    with service.client() as client:
        whose = {"user_id": user}
        added = told(client.post("/v1/memories", json={**whose, "messages": DANA}))
        assert [r["event"] for r in added["results"]] == ["ADD", "ADD"]
        assert len(added["episodes"]) == 2
        again = told(client.post("/v1/memories", json={**whose, "messages": DANA}))
        assert again["results"] == []

        hits = told(client.post("/v1/search", json={**whose, "query": "Where does Dana work?", "explain": True}))
        assert hits["results"][0]["memory"] == "Dana Reyes works at Fabrikam"
        assert hits["plan"]
        text = told(client.post("/v1/context", json={**whose, "query": "Where does Dana work?"}))["context"]
        assert "Fabrikam" in text
        facts = told(client.get("/v1/facts", params={**whose, "include_history": True}))["facts"]
        assert [(f["object_text"], f["status"]) for f in facts] == [
            ("Northwind", "superseded"),
            ("Fabrikam", "current"),
        ]
        then = told(client.get("/v1/facts", params={**whose, "as_of": "2025-04-01T00:00:00Z"}))["facts"]
        assert [f["object_text"] for f in then] == ["Northwind"]
        now = facts[1]["id"]
        why = told(client.get(f"/v1/facts/{now}/why"))
        assert why["heard"]
        assert told(client.get(f"/v1/memories/{now}"))["memory"] == "Dana Reyes works at Fabrikam"
        assert told(client.get(f"/v1/memories/{now}/history"))["history"]
        assert "Fabrikam" in told(client.get("/v1/profile", params={**whose, "subject": "Dana Reyes"}))["text"]
        assert len(told(client.get("/v1/working", params=whose))["episodes"]) == 2
        assert len(told(client.get("/v1/episodes", params={**whose, "until": "2025-04-01T00:00:00Z"}))["episodes"]) == 1
        stored = told(client.post("/v1/facts", json={**whose, "subject": "Dee", "predicate": "likes", "object": "tea"}))
        assert stored["text"] == "Dee likes tea"

        names = {e["name"] for e in told(client.get("/v1/entities", params=whose))["entities"]}
        assert names >= {"Dana Reyes", "Dee", "Fabrikam"}
        told(client.get("/v1/entities/review", params=whose))
        merged = told(client.post("/v1/entities/merge", json={**whose, "a": "Dana Reyes", "b": "Dee"}))
        assert set(merged["aliases"]) == {"Dana Reyes", "Dee"}
        assert told(client.get("/v1/entities/Dee", params=whose))["name"] == "Dana Reyes"
        two = told(client.post("/v1/entities/unmerge", json={**whose, "a": "Dana Reyes", "b": "Dee"}))["entities"]
        assert len(two) == 2
        told(client.get("/v1/entities/Nobody", params=whose), 404)

        corrected = told(client.put(f"/v1/memories/{now}", json={"text": "Dana Reyes works at Contoso"}))
        assert corrected["results"]
        first = added["episodes"][0]
        told(client.delete(f"/v1/memories/{first}"))
        told(client.get(f"/v1/memories/{first}"), 404)
        assert told(client.get("/v1/stats", params=whose))["episodes"] >= 2
        assert told(client.get("/v1/pending", params=whose)) == {"pending": []}
        assert told(client.post("/v1/pending/retry", params=whose)) == {"done": 0, "left": 0}
        assert told(client.get("/v1/memories", params=whose))["results"]

        lines = client.get("/v1/export", params=whose).content
        assert b"Contoso" in lines
        heir = f"{user}-heir"
        brought = told(client.post("/v1/import", params={"user_id": heir}, content=lines))
        assert brought["new"] > 0
        assert "Contoso" in told(client.get("/v1/profile", params={"user_id": heir, "subject": "Dana Reyes"}))["text"]
        assert told(client.delete("/v1/memories", params=whose))["deleted"] > 0
        assert told(client.get("/v1/memories", params=whose))["results"] == []
        assert told(client.get("/health")) == {"status": "ok"}
        assert told(client.get("/ready")) == {"status": "ready"}
        counted = client.get("/metrics").text
        assert 'memgraph_requests_total{method="POST",route="/v1/memories",status="200"} 2.0' in counted
        assert user not in counted


def test_a_session_is_named_by_a_header_too(service: Service, user: str) -> None:
    with service.client() as client:
        told(client.post("/v1/memories", json={"user_id": user, "messages": "Hello."}, headers={"X-Session-ID": "s1"}))
        there = client.get("/v1/working", params={"user_id": user}, headers={"X-Session-ID": "s1"})
        assert [e["content"] for e in told(there)["episodes"]] == ["Hello."]
        assert told(client.get("/v1/working", params={"user_id": user, "run_id": "s2"}))["episodes"] == []


def test_what_is_added_without_waiting_is_stored_at_once_and_read_soon(service: Service, user: str) -> None:
    with service.client() as client:
        answer = client.post("/v1/memories", json={"user_id": user, "messages": DANA, "wait": False})
        job = told(answer, 202)["job"]
        assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
        assert len(told(client.get("/v1/episodes", params={"user_id": user}))["episodes"]) == 2
        with client.stream("GET", f"/v1/jobs/{job['id']}/events") as events:
            assert events.headers["content-type"].startswith("text/event-stream")
            states = [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data: ")]
        assert states[-1] | {"status": "done", "left": 0} == states[-1]
        assert told(client.get(f"/v1/jobs/{job['id']}"))["status"] == "done"
        assert len(told(client.get("/v1/facts", params={"user_id": user}))["facts"]) == 1
        told(client.get("/v1/jobs/job_nowhere"), 404)


def test_a_job_that_fails_says_why_and_is_tried_again(serving: Callable[..., Service], lite: Place) -> None:
    class Failing:
        is_local = False
        tries = 0

        async def extract(self, *_: Any) -> Any:
            Failing.tries += 1
            raise ExtractionFailed("the model is away")

    service = serving(lite, extractor=Failing())
    with service.client() as client:
        job = told(client.post("/v1/memories", json={"user_id": "u", "messages": "Hi", "wait": False}), 202)["job"]
        with client.stream("GET", f"/v1/jobs/{job['id']}/events") as events:
            last = [json.loads(line[6:]) for line in events.iter_lines() if line.startswith("data: ")][-1]
        assert (last["status"], last["left"], last["error"]) == ("failed", 1, "the model is away")
        assert told(client.get("/v1/pending", params={"user_id": "u"}))["pending"][0]["error"] == "the model is away"


def test_keys_open_only_what_they_are_for(service: Service, user: str) -> None:
    other = f"{user}-other"
    with service.client() as admin:
        added = told(admin.post("/v1/memories", json={"user_id": other, "messages": DANA}))
        secret = added["episodes"][0]
        fact = added["results"][-1]["id"]
    for key in (None, "mg_1_2", "mg__", "nonsense", "mg_é"):
        headers = {} if key is None else {"Authorization": f"Bearer {key}".encode()}
        refused = httpx.get(f"{service.url}/v1/facts", params={"user_id": user}, headers=headers, timeout=60)
        told(refused, 401)
        assert refused.headers["www-authenticate"] == "Bearer"
    with service.client(May.READ, user) as reader:
        told(reader.get("/v1/facts"))  # a key for one user names that user
        told(reader.post("/v1/memories", json={"user_id": user, "messages": "Hi"}), 403)
    with service.client(May.WRITE, user) as mine:
        told(mine.post("/v1/memories", json={"messages": "I live in Porto."}))
        foreign = [
            mine.get("/v1/facts", params={"user_id": other}),
            mine.get("/v1/facts", params={"tenant": "elsewhere"}),
            mine.post("/v1/search", json={"user_id": other, "query": "Dana"}),
            mine.post("/v1/search", json={"user_id": user, "tenant": "elsewhere", "query": "Dana"}),
            mine.get("/v1/export", params={"user_id": other}),
            mine.post("/v1/import", params={"user_id": other}, content=b""),
            mine.delete("/v1/memories", params={"user_id": other}),
            mine.post("/v1/entities/merge", json={"user_id": other, "a": "a", "b": "b"}),
            mine.post("/search", json={"user_id": other, "query": "Dana"}),
            mine.post("/search", json={"filters": {"user_id": other}, "query": "Dana"}),
            mine.post("/reset"),
            mine.post("/v1/reset"),
        ]
        for answer in foreign:
            told(answer, 403)
        for path in (f"/v1/memories/{secret}", f"/v1/memories/{secret}/history", f"/v1/facts/{fact}/why"):
            nowhere = mine.get(path.replace(secret, "ep_nowhere").replace(fact, "fa_nowhere"))
            assert told(mine.get(path), 404)["detail"].replace(secret, "").replace(fact, "") == told(nowhere, 404)[
                "detail"
            ].replace("ep_nowhere", "").replace("fa_nowhere", "")
        told(mine.put(f"/v1/memories/{secret}", json={"text": "gone"}), 404)
        told(mine.delete(f"/memories/{secret}"), 404)
    with service.client(May.ADMIN, tenant="default") as tenants:
        told(tenants.post("/v1/reset"), 403)
        assert len(told(tenants.get("/v1/episodes", params={"user_id": other}))["episodes"]) == 2


def test_a_key_ends_when_it_is_revoked_or_expires(serving: Callable[..., Service], lite: Place) -> None:
    service = serving(lite)
    with service.client() as client:
        told(client.get("/v1/stats", params={"user_id": "u"}))
        service.keys.revoke(service.keys.all()[0].id)
        told(client.get("/v1/stats", params={"user_id": "u"}), 401)
    old = service.keys.add("old", may=May.ADMIN, expires_at=datetime.now(UTC) - timedelta(seconds=1))
    told(httpx.get(f"{service.url}/v1/stats?user_id=u", headers={"X-API-Key": old}, timeout=60), 401)
    new = service.keys.add("new", may=May.READ)
    told(httpx.get(f"{service.url}/v1/stats?user_id=u", headers={"X-API-Key": new}, timeout=60))
    told(httpx.get(f"{service.url}/v1/stats?user_id=u", headers={"Authorization": f"Token {new}"}, timeout=60))
    text = service.keys.path.read_text()
    assert new not in text
    assert new.rsplit("_", 1)[1] not in text
    assert service.keys.path.stat().st_mode & 0o077 == 0


def test_what_can_t_be_read_is_refused_and_nothing_is_written(service: Service, user: str) -> None:
    with service.client() as client:
        wrong: list[tuple[int, Any]] = [
            (422, {"user_id": user}),
            (422, {"user_id": user, "messages": []}),
            (422, {"user_id": user, "messages": [{"content": "x", "timestamp": "2025-01-01T00:00:00"}]}),
            (422, {"user_id": user, "messages": "x", "surprise": 1}),
            (400, {"messages": "whose?"}),
            (400, {"user_id": user, "messages": "a\x00b"}),
            (400, {"user_id": " ", "messages": "x"}),
        ]
        for status, body in wrong:
            problem = told(client.post("/v1/memories", json=body), status)
            assert problem["detail"]
        for text in (b"{", b"\xff\xfe", b"[]", b'{"messages": "\\ud800", "user_id": "u"}', b"9" * 5000):
            answer = client.post("/v1/memories", content=text, headers={"Content-Type": "application/json"})
            assert answer.status_code in (400, 422), answer.text
            told(answer, answer.status_code)
        told(client.get("/v1/nowhere"), 404)
        told(client.patch("/v1/memories"), 405)
        assert told(client.get("/v1/stats", params={"user_id": user}))["episodes"] == 0


def test_bodies_have_a_length_and_a_pace(serving: Callable[..., Service], lite: Place) -> None:
    service = serving(lite, max_body_bytes=2000, body_seconds=2)
    with service.client() as client:
        long = {"user_id": "u", "messages": "x" * 3000}
        told(client.post("/v1/memories", json=long), 413)

        def parts() -> Any:
            for _ in range(30):
                yield b" " * 100

        told(client.post("/v1/memories", content=parts(), headers={"Content-Type": "application/json"}), 413)
        key = client.headers["authorization"]
        host, port = service.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as slow:
            slow.sendall(
                f"POST /v1/memories HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nContent-Type: application/json\r\n"
                "Content-Length: 100\r\n\r\n{".encode()
            )
            assert slow.recv(1000).startswith(b"HTTP/1.1 408")
        with socket.create_connection((host, int(port))) as gone:
            head = f"POST /v1/memories HTTP/1.1\r\nHost: x\r\nAuthorization: {key}\r\nContent-Length: 50\r\n\r\n"
            gone.sendall(f"{head}{{".encode())
        lines = client.post("/v1/import?user_id=u", content=b" " * 5000)
        told(lines)  # a stream may be longer
        assert told(client.get("/v1/stats", params={"user_id": "u"}))["episodes"] == 0


def test_a_key_makes_so_many_requests_a_minute(serving: Callable[..., Service], lite: Place) -> None:
    service = serving(lite, requests_a_minute=3)
    with service.client() as client, service.client() as other:
        for _ in range(3):
            told(client.get("/v1/stats", params={"user_id": "u"}))
        refused = client.get("/v1/stats", params={"user_id": "u"})
        told(refused, 429)
        assert 0 < int(refused.headers["retry-after"]) <= 61
        told(other.get("/v1/stats", params={"user_id": "u"}))


def test_a_request_that_names_itself_is_done_once(service: Service, user: str) -> None:
    with service.client() as client:
        body = {"user_id": user, "messages": "I live in Porto."}
        named = {"Idempotency-Key": "k1"}
        first = told(client.post("/v1/memories", json=body, headers=named))
        assert told(client.post("/v1/memories", json=body, headers=named)) == first
        told(client.post("/v1/memories", json={**body, "messages": "Other."}, headers=named), 422)
        assert told(client.get("/v1/stats", params={"user_id": user}))["episodes"] == 1


def test_a_request_that_names_itself_is_done_once_after_a_restart_too(
    serving: Callable[..., Service], lite: Place
) -> None:
    for _ in range(2):
        with serving(lite).client() as client:
            told(
                client.post(
                    "/v1/memories",
                    json={"user_id": "u", "messages": "I live in Porto."},
                    headers={"Idempotency-Key": "k1"},
                )
            )
            assert told(client.get("/v1/stats", params={"user_id": "u"}))["episodes"] == 1


def test_pages_may_call_only_from_origins_that_are_named(serving: Callable[..., Service], lite: Place) -> None:
    asks = {"Origin": "https://app.example", "Access-Control-Request-Method": "POST"}
    closed = httpx.options(f"{serving(lite).url}/v1/search", headers=asks, timeout=60)
    assert "access-control-allow-origin" not in closed.headers
    opened = httpx.options(
        f"{serving(lite, cors_origins=['https://app.example']).url}/v1/search", headers=asks, timeout=60
    )
    assert opened.headers["access-control-allow-origin"] == "https://app.example"


def test_mem0s_routes_answer_as_its_server_does(service: Service, user: str) -> None:
    with service.client() as client:
        added = told(client.post("/memories", json={"user_id": user, "messages": DANA}))
        assert {"id", "memory", "event"} <= added["results"][0].keys()
        found = told(client.post("/search", json={"user_id": user, "query": "Where does Dana work?", "top_k": 1}))
        assert [r["memory"] for r in found["results"]] == ["Dana Reyes works at Fabrikam"]
        ident = found["results"][0]["id"]
        assert told(client.get(f"/memories/{ident}"))["id"] == ident
        assert isinstance(told(client.get(f"/memories/{ident}/history")), list)
        told(client.put(f"/memories/{ident}", json={"text": "Dana Reyes works at Contoso"}))
        assert "Contoso" in str(told(client.get("/memories", params={"user_id": user})))
        told(client.delete(f"/memories/{added['episodes'][0]}"))
        told(client.delete("/memories", params={"user_id": user}))
        assert told(client.get("/memories", params={"user_id": user}))["results"] == []


def test_everything_goes_only_with_a_key_for_everything(serving: Callable[..., Service], lite: Place) -> None:
    service = serving(lite)
    with service.client(tenant="*") as client:
        for tenant in ("a", "b"):
            told(client.post("/v1/memories", json={"user_id": "u", "tenant": tenant, "messages": "Hi"}))
        told(client.post("/reset"))
        assert told(client.get("/v1/stats", params={"user_id": "u", "tenant": "a"}))["episodes"] == 0


def test_a_store_that_is_away_is_said_to_be(serving: Callable[..., Service]) -> None:
    service = serving(Place("bolt://127.0.0.1:9", ("neo4j", "x")))
    with service.client() as client:
        told(client.get("/health"))
        assert "127.0.0.1:9" in told(client.get("/ready"), 503)["detail"]
        refused = client.post("/v1/memories", json={"user_id": "u", "messages": "Hi"})
        told(refused, 503)
        assert refused.headers["retry-after"]
