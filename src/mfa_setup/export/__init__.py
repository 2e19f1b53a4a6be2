"""The present setup in the forms of other tools: Terraform JSON, a folder of the Deploy CLI, or a shell script."""
