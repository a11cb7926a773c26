"""The call shapes of other memories, so that who moves changes one import."""
