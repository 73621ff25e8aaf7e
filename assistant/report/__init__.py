"""Report: from charts, facts and the student's texts to a PDF."""
