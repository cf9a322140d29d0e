# Why a running story was not published. Each follows the name of a file or stands at a field.
refusal-story-title-empty = the story has no title
refusal-story-title-long = the story's title has more than { $most } characters; make it shorter
refusal-story-title-unseen = the story's title has a line break or a character that nobody sees; type it again as one line
refusal-story-day = event "{ $event }": "{ $date }" is no day; write one such as "2026-02-24"
refusal-story-event-source = event "{ $event }" needs a source: say who reported it
refusal-story-figure-source = figure "{ $figure }" needs a source: say who counted
