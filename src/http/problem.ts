/** What the API answers when it cannot do as it was asked: RFC 9457, `application/problem+json`. */
import type { HTTPException } from 'hono/http-exception'

/** A problem for the body of an answer. `code` is for programs and stays the same. */
export type ApiProblem = Readonly<{
  title: string
  status: number
  code?: string
  detail?: string
}>

/** Makes an answer of a problem. */
export const problemResponse = (
  problem: ApiProblem,
  headers: Readonly<Record<string, string>> = {},
): Response =>
  new Response(JSON.stringify({ type: 'about:blank', ...problem }), {
    status: problem.status,
    headers: { ...headers, 'content-type': TYPE },
  })

/** Gives what hono's own middleware refuses with, such as a body that is too long, as a problem. */
export const problemOfException = (exception: HTTPException): Response => {
  const { status, message } = exception
  const response = exception.getResponse()
  if (response.headers.get('content-type') === TYPE) return response
  const title = TITLES.get(status)
  return problemResponse({
    title: title ?? (message || 'refused'),
    status,
    ...(title !== undefined && message !== '' ? { detail: message } : {}),
  })
}

const TYPE = 'application/problem+json'

const TITLES: ReadonlyMap<number, string> = new Map([
  [400, 'the question makes no sense'],
  [413, 'the body is too long'],
  [415, 'the body is to be JSON, with the header content-type: application/json'],
])
