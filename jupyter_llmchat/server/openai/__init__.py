"""The models for programs that speak OpenAI's protocol."""
