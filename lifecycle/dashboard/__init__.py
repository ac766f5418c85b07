"""The dashboard that each manager arranges: what it reads, what it draws, what the mail says."""
