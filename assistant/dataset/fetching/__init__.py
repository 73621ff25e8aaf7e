"""Getting a dataset: what a link stands for, the hosts it may lead to, and the download."""
