"""Renders results as GitHub-flavored Markdown, for comments on pull requests and the summaries of pipelines."""
