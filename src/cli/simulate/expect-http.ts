/** What a server of the scenario was asked, against what it should have been. */
import type { HttpRequest } from '../../sim/http-server.ts'
import { contains } from './contains.ts'
import { type Expectations, fits } from './expect-schema.ts'
import type { Failure } from './failure.ts'

type Wanted = NonNullable<Expectations['http']>[number]

/** Compares request by request; there must be no more of them than are expected. */
export const failRequests = (
  wanted: readonly Wanted[] | undefined,
  requests: readonly HttpRequest[],
): readonly Failure[] => {
  if (!wanted) return []
  const around = requests.map(showRequest)
  const failures = wanted.flatMap((each, at) => {
    const request = requests[at]
    if (request && isAsWanted(request, each)) return []
    return [{
      path: ['expect', 'http', at],
      expected: showWanted(each),
      got: request ? showRequest(request) : 'no such request',
      around,
    }]
  })
  if (failures.length > 0 || requests.length <= wanted.length) return failures
  return [{
    path: ['expect', 'http'],
    expected: count(wanted.length),
    got: count(requests.length),
    around,
  }]
}

const isAsWanted = (request: HttpRequest, { method, path, body, headers = {} }: Wanted): boolean =>
  (method === undefined || method === request.method) &&
  fits(request.path, path) &&
  (body === undefined || contains(request.body, body)) &&
  Object.entries(headers).every(([name, value]) =>
    fits(request.headers[name.toLowerCase()] ?? '', value)
  )

const showRequest = ({ method, path, body }: HttpRequest): string =>
  `${method} ${path}${body === '' ? '' : ` ${JSON.stringify(body)}`}`

const showWanted = ({ method = 'any', path, body, headers }: Wanted): string =>
  [method, path, body, headers].filter((each) => each !== undefined)
    .map((each) => typeof each === 'string' ? each : JSON.stringify(each)).join(' ')

const count = (requests: number): string => requests === 1 ? '1 request' : `${requests} requests`
