-- What had been paid by the bank and came back in a year goes into the year's closing.
ALTER TABLE views.fund_year ADD came_back_fen bigint NOT NULL DEFAULT 0;
ALTER TABLE views.fund_year DROP CONSTRAINT fund_year_check;
ALTER TABLE views.fund_year ADD CONSTRAINT fund_year_adds_up
    CHECK (opening_fen + received_fen + came_back_fen - returned_fen - fees_fen - paid_fen = closing_fen);
