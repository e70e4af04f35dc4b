"""From which budgets a programme's lists are paid that name none, and how they share one."""
