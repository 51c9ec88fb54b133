"""The Agent2Agent protocol (A2A): each question is a task, each stage an artifact."""
