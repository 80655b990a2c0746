import { describe, expect, test } from 'vitest'
import { createConfig, DEFAULT_SERVICE } from '../../src/config/config.ts'
import { createAppFixture } from './app-fixture.ts'

/** The app with limits that are reached soon; asked from an address, with a token or without. */
const createFixture = (addressHeader?: string) => {
  const api = {
    requestsPerMinute: 3,
    wrongTokensPerMinute: 2,
    ...(addressHeader === undefined ? {} : { addressHeader }),
  }
  const config = createConfig({ ...DEFAULT_SERVICE, api }, [])
  const { app, clock } = createAppFixture({ config: () => config })
  const ask = async (
    token: string | undefined,
    { from = '192.0.2.1', path = '/numbers', headers = {} } = {},
  ) => {
    const response = await app.request(
      `/api/v1${path}`,
      { headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) } },
      { accept: () => new Response(), address: () => from },
    )
    const body = await response.text()
    return {
      status: response.status,
      type: response.headers.get('content-type'),
      retryAfter: response.headers.get('retry-after'),
      authenticate: response.headers.get('www-authenticate'),
      title: body.startsWith('{') ? JSON.parse(body).title : undefined,
    }
  }
  const statuses = async (...all: Parameters<typeof ask>[]) => {
    const found: number[] = []
    for (const each of all) found.push((await ask(...each)).status)
    return found
  }
  return { ask, statuses, clock }
}

const GOOD = 'test-operator-token'

describe('a token', () => {
  test('asks as often as it may, then it is told when it may again', async () => {
    const { ask, statuses, clock } = createFixture()
    expect(await statuses([GOOD], [GOOD], [GOOD])).toEqual([200, 200, 200])
    expect(await ask(GOOD)).toEqual({
      status: 429,
      type: 'application/problem+json',
      retryAfter: '20',
      authenticate: null,
      title: 'too many requests with this token',
    })
    clock.advance(20_000)
    expect(await statuses([GOOD], [GOOD])).toEqual([200, 429])
  })

  test('that nobody has is a problem, and after some of them the address is not heard', async () => {
    const { ask, statuses, clock } = createFixture()
    expect(await ask('guess-1')).toEqual({
      status: 401,
      type: 'application/problem+json',
      retryAfter: null,
      authenticate: 'Bearer error="invalid_token"',
      title: 'this needs the token of an operator',
    })
    expect(await statuses(['guess-2'], ['guess-3'], [undefined])).toEqual([401, 429, 429])
    // Not even with the right one, or guessing would go on.
    expect(await ask(GOOD)).toMatchObject({ status: 429, retryAfter: '30' })
    expect(await statuses([GOOD, { from: '192.0.2.2' }])).toEqual([200])
    clock.advance(30_000)
    expect(await statuses(['guess-4'], ['guess-5'])).toEqual([401, 429])
  })

  test('that was good is not kept out by what others try from the same address', async () => {
    const { statuses } = createFixture()
    expect(await statuses([GOOD], ['a'], ['b'], ['c'], [GOOD])).toEqual([200, 401, 401, 429, 200])
  })

  test.each(['Bearer', 'Bearer ', 'Basic dGVzdA==', `${GOOD}`, `Bearer a b`])(
    'is not %j',
    async (authorization) => {
      const { ask } = createFixture()
      expect(await ask(undefined, { headers: { authorization } }))
        .toMatchObject({ status: 401, authenticate: 'Bearer' })
    },
  )
})

describe('an address', () => {
  test('is one with all that share its network of IPv6', async () => {
    const { statuses } = createFixture()
    const from = (address: string): [string, { from: string }] => ['guess', { from: address }]
    expect(
      await statuses(
        from('2001:db8:1:2::1'),
        from('2001:db8:1:2:ffff::9'),
        from('2001:db8:1:2::3'),
        from('2001:db8:1:3::1'),
      ),
    ).toEqual([401, 401, 429, 401])
    expect(await statuses(from('::ffff:192.0.2.9'), from('192.0.2.9'), from('192.0.2.9')))
      .toEqual([401, 401, 429])
  })

  test('is what the proxy says it is, where the service file names its header', async () => {
    const { statuses } = createFixture('fly-client-ip')
    const from = (address: string): [string, { headers: Record<string, string> }] => [
      'guess',
      { headers: { 'fly-client-ip': address } },
    ]
    const one = from('203.0.113.1')
    expect(await statuses(one, one, one, from('203.0.113.2'))).toEqual([401, 401, 429, 401])
  })

  test('reads the document without a token, as often as it may', async () => {
    const { statuses } = createFixture()
    const read: [undefined, { path: string }] = [undefined, { path: '/openapi.json' }]
    expect(await statuses(read, read, read, read)).toEqual([200, 200, 200, 429])
    expect(await statuses([GOOD])).toEqual([200])
  })
})

test('whoever asks at once is counted one after the other', async () => {
  const { ask } = createFixture()
  const answers = await Promise.all(Array.from({ length: 5 }, () => ask(GOOD)))
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 429, 429])
})
