"""The pages, one module each, and what they are made with. They read what `view` shows them, and nothing else."""
