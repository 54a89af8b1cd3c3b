// What every client is asked to do, and what must come of it.
import assert from "node:assert/strict";

export const url = process.env.DATELINE_URL;

export const ARTICLES = `query Articles($first: Int!) {
  articles(first: $first) { totalCount nodes { id title } pageInfo { endCursor hasNextPage } }
}`;
export const ASK = `query Ask($question: String!) {
  ask(question: $question) { status statements { text citations { text verified } } accounts { stance } }
}`;
export const QUESTION = process.env.DATELINE_QUESTION;
export const MISTAKE = "{ nothing }";
export const BAD_CURSOR = `{ corpus { articleCount } articles(first: 1, after: "nonsense") { totalCount nodes { id } } }`;

export function checkArticles(data) {
  assert.equal(data.articles.totalCount, 1);
  assert.equal(data.articles.nodes.length, 1);
  assert.equal(data.articles.pageInfo.hasNextPage, false);
}

export function checkAnswer(data) {
  assert.notEqual(data.ask.status, "NOT_FOUND");
  for (const statement of data.ask.statements) {
    assert.ok(statement.citations.length > 0);
    assert.ok(statement.citations.every((citation) => citation.verified));
  }
}

export function checkCode(errors, code) {
  assert.equal(errors.length, 1);
  assert.equal(errors[0].extensions.code, code);
}

export const ASK_STEPS = `subscription AskSteps($question: String!) {
  ask(question: $question) { __typename ... on AskCompleted { answer { status } } }
}`;

export function checkSteps(results) {
  const steps = results.map((result) => result.data.ask);
  assert.equal(steps[0].__typename, "AskInterpreted");
  assert.equal(steps.at(-1).__typename, "AskCompleted");
  assert.notEqual(steps.at(-1).answer.status, "NOT_FOUND");
}

export async function collect(results) {
  const found = [];
  for await (const result of results) found.push(result);
  return found;
}
