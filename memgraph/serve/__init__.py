"""Memory as a service: REST (`rest`) and MCP (`mcp`), with the same keys."""
