"""The database holds the events of a case together, so that no illegal state can be stored.

An event follows the one before it, in the state that one led to; a case is in the state that its
last event led to. The second is checked at the end of the transaction, since a case comes before
its first event.
"""

from django.db import migrations

CHAIN = """
    ALTER TABLE complaints_caseevent ADD CONSTRAINT event_follows_its_state
        FOREIGN KEY (case_id, follows, before)
        REFERENCES complaints_caseevent (case_id, seq, after) DEFERRABLE INITIALLY IMMEDIATE;
    ALTER TABLE complaints_case ADD CONSTRAINT case_in_state_of_last_event
        FOREIGN KEY (id, last_seq, state)
        REFERENCES complaints_caseevent (case_id, seq, after) DEFERRABLE INITIALLY DEFERRED;
"""
UNDO = """
    ALTER TABLE complaints_case DROP CONSTRAINT case_in_state_of_last_event;
    ALTER TABLE complaints_caseevent DROP CONSTRAINT event_follows_its_state;
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0001_initial")]

    operations = [migrations.RunSQL(CHAIN, UNDO)]
