"""Distributed permutation flow shops: sites that are plain flow lines; a lot stays in one."""
