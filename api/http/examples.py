"""The worked operations that GraphiQL opens with, one a tab. They name nothing of a particular archive but the question."""

from __future__ import annotations

from api.cli.sample import SAMPLE_DOCUMENT, SAMPLE_QUESTION

TWO_SIDES = f"""\
# Who says what, where sources do not agree.
query TwoSides {{
  ask(question: "{SAMPLE_QUESTION}") {{
    status
    accounts {{
      stance
      proposition
      independentSourceCount
      claims {{
        text
        attribution {{ sourceText kind source {{ name }} via {{ sourceText }} }}
        saidAt {{ start precision }}
        citation {{ text article {{ title }} }}
      }}
    }}
  }}
}}
"""

EVENTS_OF_A_PERSON = """\
# What the person whom articles name most took part in.
query EventsOfAPerson {
  entities(first: 1, filter: { types: [PERSON] }) {
    nodes {
      name
      aliases { name count }
      events(first: 10) {
        totalCount
        nodes {
          title
          type
          status
          time { start text }
          participants { role text }
        }
        pageInfo { hasNextPage endCursor }
      }
    }
  }
}
"""

TIMELINE = """\
# What happened, or is said or planned to, in the order of time.
query Timeline {
  events(first: 20, orderBy: { field: TIME, direction: ASC }) {
    totalCount
    nodes {
      time { start end precision text }
      title
      status
      place { name }
      citations(first: 1) { nodes { text article { title } } }
    }
  }
}
"""

CLAIMS_BY_SPEAKER = """\
# What the organizations that articles name most say.
query ClaimsBySpeaker {
  entities(first: 5, filter: { types: [ORGANIZATION] }) {
    nodes {
      name
      claims(first: 5) {
        totalCount
        nodes { stance text saidAt { start } citation { text span { start end } } }
      }
    }
  }
}
"""

AS_IT_COMES = f"""\
# The answer as it comes about, over Server-Sent Events or a WebSocket.
subscription AsItComes {{
  ask(question: "{SAMPLE_QUESTION}") {{
    __typename
    ... on AskInterpreted {{ interpretation {{ answerType keywords }} }}
    ... on AskPassagesRetrieved {{ passages {{ text }} }}
    ... on AskStatementAdded {{ statement {{ text citations {{ text }} }} }}
    ... on AskCompleted {{ answer {{ status text confidence }} }}
  }}
}}
"""

EXAMPLES = (SAMPLE_DOCUMENT, TWO_SIDES, EVENTS_OF_A_PERSON, TIMELINE, CLAIMS_BY_SPEAKER, AS_IT_COMES)
