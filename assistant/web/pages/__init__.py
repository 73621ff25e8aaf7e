"""The pages of the wizard, one file each; what a page does is a function of the submission."""
