/** What the API answers when it cannot do as it was asked: RFC 9457, `application/problem+json`. */

/** A problem for the body of an answer. */
export type ApiProblem = Readonly<{ title: string; status: number; detail?: string }>

/** Makes an answer of a problem. */
export const problemResponse = (problem: ApiProblem): Response =>
  new Response(JSON.stringify({ type: 'about:blank', ...problem }), {
    status: problem.status,
    headers: { 'content-type': 'application/problem+json' },
  })
