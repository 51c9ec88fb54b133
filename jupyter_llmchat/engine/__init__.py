"""One process, one model: scheduling, KV cache, sampling. No asyncio, no server."""
