"""What is told to whom, and when: pure rules over what the topics said."""
