-- Since when a programme takes nothing new.
ALTER TABLE views.programme ADD COLUMN closed_on date;
