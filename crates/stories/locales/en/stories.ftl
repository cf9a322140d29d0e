# Running stories.
story-kicker = Running story
story-known = What we know
story-oldest = Read it from the beginning
story-newest = Latest first
story-source = Source:
story-people = Who is who
story-figures = In figures
story-articles = All articles of this story
story-empty = Nothing has been told of this story yet.
story-whole = The whole story
