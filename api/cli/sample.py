"""The sample question: one text for ``make run``, GraphiQL and the README. ``python -m api.cli.sample`` prints it."""

from __future__ import annotations

SAMPLE_QUESTION = "Have joint operations between Iraq and the coalition resumed?"

SAMPLE_DOCUMENT = f"""\
# A citation is exact: article.text[start:end] is its text.
query Ask {{
  ask(question: "{SAMPLE_QUESTION}") {{
    status
    text
    confidence
    accounts {{
      stance
      claims {{
        attribution {{ sourceText via {{ sourceText }} }}
        citation {{ ...Source }}
      }}
    }}
    value {{
      ... on EntityValue {{ entity {{ name type }} }}
      ... on DateValue {{ time {{ start end precision }} }}
      ... on QuantityValue {{ value unit approximate }}
      ... on BooleanValue {{ isTrue: value }}
    }}
    statements {{
      text
      supportScore
      citations {{ ...Source }}
    }}
  }}
}}

fragment Source on Citation {{
  text
  span {{ start end }}
  article {{ title publishedAt }}
  verified
}}
"""

if __name__ == "__main__":
    print(SAMPLE_QUESTION)  # noqa: T201 - it is what is asked for
