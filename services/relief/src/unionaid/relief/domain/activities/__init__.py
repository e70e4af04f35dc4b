"""Activities: training sessions with their trainees, job fairs, competitions."""
