import { afterEach, describe, expect, test } from 'vitest'
import { runtime } from '../runtime/current.ts'
import { createProgram } from './program-fixture.ts'

const CALL = {
  id: 'out-1',
  status: 'waiting',
  to: '+351213456789',
  line: '+15005550006',
  metadata: {},
}

let stop = () => Promise.resolve()
afterEach(() => stop())

/** A service that answers what it is asked for with these, in turn, and writes down what it was asked. */
const createService = async (...answers: readonly (readonly [number, unknown])[]) => {
  const asked: { method: string; path: string; token: string | null; body: string }[] = []
  const server = await runtime.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      const [status, body] = answers[Math.min(asked.length, answers.length - 1)]
      asked.push({
        method: request.method,
        path: new URL(request.url).pathname,
        token: request.headers.get('authorization'),
        body: await request.text(),
      })
      return Response.json(body, { status })
    },
  })
  stop = server.stop
  const program = createProgram({
    TANDEM_OPERATOR_TOKEN: 'operator',
    TANDEM_SECRET: 'secret',
    TWILIO_AUTH_TOKEN: 'token',
    PUBLIC_URL: `http://127.0.0.1:${server.port}`,
  })
  const dial = (...more: readonly string[]) =>
    program.run('dial', '--to', CALL.to, '--line', CALL.line, ...more)
  return { ...program, dial, asked }
}

describe('tandem dial', () => {
  test('places a call, tells each change, and ends well when it was answered', async () => {
    const callSid = 'CA0123456789abcdef0123456789abcdef'
    const { dial, out, asked } = await createService(
      [202, CALL],
      [200, { ...CALL, status: 'in-progress', callSid, answeredBy: 'human' }],
      [200, { ...CALL, status: 'completed', callSid, answeredBy: 'human' }],
    )
    expect(await dial('--var', 'name=Ana', '--var', 'day=a=b', '--meta', 'ticket=17')).toBe(0)
    expect(out).toEqual([
      'waiting       +351213456789  out-1',
      `in-progress   +351213456789  ${callSid}  answered by: human`,
      `completed     +351213456789  ${callSid}  answered by: human`,
    ])
    expect(asked[0]).toMatchObject({
      method: 'POST',
      path: '/api/v1/calls',
      token: 'Bearer operator',
    })
    expect(JSON.parse(asked[0].body)).toEqual({
      to: '+351213456789',
      line: '+15005550006',
      variables: { name: 'Ana', day: 'a=b' },
      metadata: { ticket: '17' },
    })
    expect(asked[1]).toMatchObject({ method: 'GET', path: '/api/v1/calls/out-1' })
  })

  test('says why a call was refused, and why one failed', async () => {
    const refused = await createService([403, { title: 'nobody may be called', status: 403 }])
    expect(await refused.dial()).toBe(1)
    expect(refused.err).toEqual(['nobody may be called'])
    await stop()
    const failed = await createService(
      [202, CALL],
      [200, { ...CALL, status: 'failed', reason: 'twilio-21215' }],
    )
    expect(await failed.dial()).toBe(1)
    expect(failed.out.at(-1)).toBe('failed        +351213456789  out-1  twilio-21215')
  })

  test('does not wait when it is told not to, and writes one object', async () => {
    const { dial, out, asked } = await createService([202, CALL])
    expect(await dial('--detach', '--json')).toBe(0)
    expect(out.map((line) => JSON.parse(line))).toEqual([CALL])
    expect(asked).toHaveLength(1)
  })

  test('is wrong without whom to call, or with half a value', async () => {
    const { run, dial } = await createService([202, CALL])
    expect(await run('dial', '--line', CALL.line)).toBe(2)
    expect(await dial('--var', 'name')).toBe(2)
  })
})
