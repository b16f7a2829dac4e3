"""A plan explained: what each lot does, which sites qualified, and what a plan costs by part."""
