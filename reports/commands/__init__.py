"""The commands, one group a file; what stands without a group is in reports/cli.py and files.py."""
