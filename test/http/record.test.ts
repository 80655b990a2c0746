import { describe, expect, test } from 'vitest'
import { StoreError, UpstreamError } from '../../src/errors.ts'
import type { StoredRecordings } from '../../src/record/stored-recordings.ts'
import { sha256 } from '../../src/runtime/hmac.ts'
import { noRecord } from '../../src/store/open-record.ts'
import { NOON } from '../store/fixture.ts'
import { writes } from '../store/record-fixture.ts'
import { CALL, createApi, STORY } from './api-fixture.ts'
import { createAppFixture } from './app-fixture.ts'

const CLAIM = { claim: 'a', now: NOON, until: NOON + 60_000, limit: 8, except: [] }

const storing = (stored: Omit<StoredRecordings, 'removeBefore'>) => ({ stored: () => stored })

describe('the recording of a call', () => {
  test('is a WAV file', async () => {
    const { ask } = await createApi()
    const { status, type, headers, body } = await ask(`/calls/${CALL}/recording`)
    expect([status, type, body]).toEqual([200, 'audio/wav', 'the sound'])
    expect(headers.get('content-length')).toBe('9')
    expect(headers.get('content-disposition')).toBe(`attachment; filename="${CALL}.wav"`)
  })

  test('is given in parts to a browser that seeks', async () => {
    const { ask } = await createApi()
    const part = async (range: string) => {
      const { status, headers, body } = await ask(`/calls/${CALL}/recording`, undefined, {
        headers: { range },
      })
      return [status, headers.get('content-range'), headers.get('content-length'), body]
    }
    expect(await part('bytes=4-6')).toEqual([206, 'bytes 4-6/9', '3', 'sou'])
    expect(await part('bytes=-2')).toEqual([206, 'bytes 7-8/9', '2', 'nd'])
    expect(await part('bytes=0-1,3-4')).toEqual([200, null, '9', 'the sound'])
    const [status, range] = await part('bytes=9-')
    expect([status, range]).toEqual([416, 'bytes */9'])
  })

  test('is given whole to who has a part of what it was before it grew', async () => {
    const { ask } = await createApi()
    const asked = async (ifRange: string) =>
      (await ask(`/calls/${CALL}/recording`, undefined, {
        headers: { range: 'bytes=4-', 'if-range': ifRange },
      })).status
    const { headers } = await ask(`/calls/${CALL}/recording`)
    expect(headers.get('accept-ranges')).toBe('bytes')
    expect(headers.get('etag')).toBe('"9-5000"')
    expect(await asked('"9-5000"')).toBe(206)
    expect(await asked('"8-4000"')).toBe(200)
  })

  test.each(['"9-5000"', 'W/"9-5000"', '"8-4000", "9-5000"', '*'])(
    'is not sent again to who has it: %s',
    async (known) => {
      const { ask } = await createApi()
      const again = (headers: Record<string, string>) =>
        ask(`/calls/${CALL}/recording`, undefined, { headers })
      const { status, headers, body } = await again({ 'if-none-match': known })
      expect([status, headers.get('etag'), body]).toEqual([304, '"9-5000"', ''])
      expect(headers.get('cache-control')).toBe('private, no-cache')
      expect((await again({ 'if-none-match': '"8-4000"' })).status).toBe(200)
    },
  )

  test('tells who only asks how long it is, whatever part they name', async () => {
    const { ask } = await createApi()
    const { status, headers, body } = await ask(`/calls/${CALL}/recording`, undefined, {
      method: 'HEAD',
      headers: { range: 'bytes=4-6' },
    })
    expect([status, headers.get('content-length'), body]).toEqual([200, '9', ''])
  })

  test('that is in the storage is answered with a link to it', async () => {
    const parts: string[] = []
    const { ask } = await createApi(
      [writes.call({ callSid: 'CA1' })],
      storing({
        partsOf: (customer, callSid) => {
          parts.push(`${customer}/${callSid}`)
          return Promise.resolve(['one', 'two'])
        },
        link: (key, fileName, method) =>
          Promise.resolve(`https://storage.test/${key}?${method}=${fileName}`),
        remove: () => Promise.resolve(0),
      }),
    )
    const linkOf = async (path: string, method = 'GET') => {
      const { status, headers } = await ask(path, undefined, { method })
      return [status, headers.get('location')]
    }
    expect(await linkOf('/calls/CA1/recording')).toEqual([
      302,
      'https://storage.test/one?GET=CA1.wav',
    ])
    expect(await linkOf('/calls/CA1/recording?part=2', 'HEAD')).toEqual([
      302,
      'https://storage.test/two?HEAD=CA1.wav',
    ])
    expect((await ask('/calls/CA1/recording?part=3')).status).toBe(404)
    expect((await ask('/calls/CA2/recording')).status).toBe(404)
    expect(new Set(parts)).toEqual(new Set(['bright-smile/CA1']))
    // What is on the disk is newer, and nearer.
    expect((await ask(`/calls/${CALL}/recording`)).status).toBe(200)
  })

  test('in a storage that does not answer is 502, and says so in the log', async () => {
    const { ask, logged } = await createApi(
      [writes.call({ callSid: 'CA1' })],
      storing({
        partsOf: () =>
          Promise.reject(new UpstreamError('storage-unreachable', 'GET got no answer')),
        link: () => Promise.resolve(''),
        remove: () => Promise.resolve(0),
      }),
    )
    const { status, body } = await ask('/calls/CA1/recording')
    expect([status, body.title]).toEqual([502, 'the storage does not answer'])
    expect(logged).toContainEqual({
      level: 'warn',
      name: 'recording.storage-failed',
      fields: { problem: 'GET got no answer' },
    })
  })

  test('is for operators', async () => {
    const { app } = await createApi()
    expect((await app.request(`/api/v1/calls/${CALL}/recording`)).status).toBe(401)
  })

  test('is missed in the words of problem+json', async () => {
    const { ask } = await createApi()
    const { status, type, body } = await ask('/calls/CA1/recording')
    expect([status, type]).toEqual([404, 'application/problem+json'])
    expect(body).toEqual({
      type: 'about:blank',
      title: 'no recording of this call',
      status: 404,
    })
  })

  test('is forgotten with the calls of a person', async () => {
    const { ask, removed, removedLogs } = await createApi(STORY)
    const body = JSON.stringify({ number: '+15550001111' })
    await ask('/forget', 'token-admin', { method: 'POST', body })
    expect(removed).toEqual([CALL])
    expect(removedLogs).toEqual([CALL])
  })
})

describe('calls', () => {
  test('are listed with what they said, did and cost', async () => {
    const { ask } = await createApi(STORY)
    const { status, body } = await ask('/calls')
    expect(status).toBe(200)
    expect(body).toEqual({
      calls: [{
        callSid: CALL,
        customer: 'bright-smile',
        line: '+15005550006',
        direction: 'inbound',
        from: '+15550001111',
        to: '+15005550006',
        startedAt: '2026-05-04T12:00:00.000Z',
        endedAt: '2026-05-04T12:01:00.000Z',
        durationMs: 60_000,
        endReason: 'caller-hung-up',
        agentVersion: '0123456789abcdef',
        model: 'gpt-realtime-2.1',
        tags: [],
        epoch: 1,
        firstAudioMs: 310,
        turns: 2,
        meanLatencyMs: 600,
        longestLatencyMs: 700,
        bargeIns: 0,
        errors: 0,
        tokens: {
          textIn: 0,
          textCached: 0,
          textOut: 0,
          audioIn: 0,
          audioCached: 0,
          audioOut: 0,
        },
        costUsd: 0.021,
      }],
    })
  })

  test('are listed page by page', async () => {
    const { ask } = await createApi(
      [1, 2, 3].map((at) => writes.call({ callSid: `CA${at}`, startedAt: NOON + at })),
    )
    const first = await ask('/calls?limit=2')
    expect(first.body.calls.map((call: { callSid: string }) => call.callSid)).toEqual([
      'CA3',
      'CA2',
    ])
    const second = await ask(`/calls?limit=2&cursor=${first.body.next}`)
    expect(second.body.calls.map((call: { callSid: string }) => call.callSid)).toEqual(['CA1'])
    expect(second.body.next).toBeUndefined()
  })

  test('are found by what is asked of them', async () => {
    const { ask } = await createApi(STORY)
    const count = async (query: string) => (await ask(`/calls?${query}`)).body.calls.length
    expect(await count('since=2026-05-04&until=2026-05-05')).toBe(1)
    expect(await count('since=2026-05-04T14:00:00%2B02:00')).toBe(1)
    expect(await count('since=2026-05-05')).toBe(0)
    expect(await count('live=true')).toBe(0)
    expect(await count('number=%2B15550001111&customer=bright-smile')).toBe(1)
    expect(await count('number=+15550001111')).toBe(1)
  })

  test('one is given with what happened in it', async () => {
    const { ask } = await createApi(STORY)
    const { body } = await ask(`/calls/${CALL}`)
    expect(body).toMatchObject({
      callSid: CALL,
      moments: [{ atMs: 400, kind: 'caller-connected', data: {} }],
      messages: [],
    })
  })

  test('one is given with what was written of it', async () => {
    const { ask } = await createApi(STORY)
    expect((await ask(`/calls/${CALL}`)).body.summary).toEqual({
      at: '2026-05-04T12:01:03.000Z',
      summary: 'They want a table for two.',
      outcome: 'booked',
      fields: { people: 2 },
    })
  })

  test('have a transcript, in order and as it was heard', async () => {
    const { ask } = await createApi(STORY)
    expect((await ask(`/calls/${CALL}/transcript`)).body).toEqual({
      lines: [
        {
          itemId: 'i1',
          kind: 'agent',
          text: 'Welcome',
          at: '2026-05-04T12:00:01.000Z',
          atMs: 1_000,
          heardMs: 500,
        },
        {
          itemId: 'i2',
          kind: 'caller',
          text: 'I would like a table for two.',
          at: '2026-05-04T12:00:04.000Z',
          atMs: 4_000,
        },
      ],
    })
  })

  test('lines are found by their words', async () => {
    const { ask } = await createApi(STORY)
    const { body } = await ask('/lines?words=TABLE%20two&limit=1')
    expect(body).toMatchObject({
      lines: [{ callSid: CALL, customer: 'bright-smile', itemId: 'i2' }],
    })
    expect(body.next).toBeUndefined()
  })

  test('costs are added up', async () => {
    const { ask } = await createApi(STORY)
    expect((await ask('/costs?by=day')).body).toEqual({
      costs: [{ name: '2026-05-04', calls: 1, talkedMs: 0, costUsd: 0.021 }],
    })
  })
})

describe('tags', () => {
  const tag = (change: unknown, token = 'token-operate', callSid = CALL) =>
    [`/calls/${callSid}/tags`, token, { method: 'POST', body: JSON.stringify(change) }] as const

  test('are changed by who may operate, listed, and asked for', async () => {
    const { ask } = await createApi(STORY)
    expect(await ask(...tag({ add: ['vip', 'call back'] }))).toMatchObject({
      status: 200,
      body: { tags: ['call back', 'vip'] },
    })
    expect((await ask(...tag({ remove: ['vip'] }))).body).toEqual({ tags: ['call back'] })
    expect((await ask('/calls?tag=call%20back')).body.calls).toMatchObject([
      { callSid: CALL, tags: ['call back'] },
    ])
    expect((await ask('/calls?tag=vip')).body.calls).toEqual([])
    expect((await ask(`/calls/${CALL}`)).body.tags).toEqual(['call back'])
  })

  test.each([
    ['by who may only read', { add: ['vip'] }, 'token-read', CALL, 403],
    ['of a call that is not there', { add: ['vip'] }, 'token-operate', 'CA9', 404],
    ['that have a comma', { add: ['a,b'] }, 'token-operate', CALL, 400],
    ['that are none', { tags: ['vip'] }, 'token-operate', CALL, 400],
  ])('are not changed %s', async (_, change, token, callSid, status) => {
    const { ask } = await createApi(STORY)
    expect((await ask(...tag(change, token, callSid))).status).toBe(status)
  })

  test('are 50 at most', async () => {
    const { ask } = await createApi(STORY)
    const some = (from: number, count: number) => ({
      add: Array.from({ length: count }, (_, at) => `tag ${from + at}`),
    })
    for (const from of [0, 20]) expect((await ask(...tag(some(from, 20)))).status).toBe(200)
    expect((await ask(...tag(some(40, 11)))).status).toBe(400)
    expect((await ask(...tag(some(40, 10)))).status).toBe(200)
  })
})

describe('the outbox', () => {
  test('lists events without what they say', async () => {
    const { ask } = await createApi(STORY)
    expect((await ask('/outbox?state=waiting')).body).toEqual({
      events: [{
        id: `msg_${CALL}_1_1`,
        callSid: CALL,
        customer: 'bright-smile',
        url: 'https://crm.example.com/calls',
        type: 'call.ended',
        at: '2026-05-04T12:00:00.000Z',
        state: 'waiting',
        attempts: 0,
        nextAt: '2026-05-04T12:00:00.000Z',
      }],
    })
    expect((await ask('/outbox?state=dead')).body).toEqual({ events: [] })
  })

  test('sends one again for who may operate', async () => {
    const { ask, record } = await createApi(STORY)
    const [event] = await record.outbox.claim(CLAIM)
    await record.outbox.settle(event, { is: 'dead', problem: 'status-500' })
    const retry = (id: string, token: string) =>
      ask(`/outbox/${id}/retry`, token, { method: 'POST' })
    expect((await retry(event.id, 'token-read')).status).toBe(403)
    expect((await ask('/outbox?state=dead')).body.events).toMatchObject([
      { attempts: 1, problem: 'status-500' },
    ])
    expect(await retry(event.id, 'token-operate')).toMatchObject({ status: 200 })
    expect((await ask('/outbox?state=waiting')).body.events).toMatchObject([{ attempts: 0 }])
    expect((await retry('msg_other', 'token-operate')).status).toBe(404)
  })
})

describe('what cannot be done', () => {
  test.each([
    ['/calls/CA9', 404, 'no such call'],
    ['/calls/CA9/transcript', 404, 'no such call'],
    ['/calls?limit=0', 400, 'the question makes no sense'],
    ['/calls?since=yesterday', 400, 'the question makes no sense'],
    ['/calls?cursor=x', 400, 'this is no cursor'],
    ['/lines', 400, 'the question makes no sense'],
    ['/outbox?state=lost', 400, 'the question makes no sense'],
    ['/nothing', 404, 'not found'],
  ])('%s is a problem with a status', async (path, status, title) => {
    const { ask } = await createApi()
    expect(await ask(path)).toMatchObject({
      status,
      type: 'application/problem+json',
      body: { type: 'about:blank', title, status },
    })
  })

  test.each([
    ['since=yesterday', 'since: is to be like 2026-11-25 or 2026-11-25T08:00:00Z'],
    ['custmer=bright-smile', 'Unrecognized key: "custmer"'],
  ])('a question with %s is told what is wrong with it', async (question, detail) => {
    const { ask } = await createApi(STORY)
    expect((await ask(`/calls?${question}`)).body).toMatchObject({ status: 400, detail })
  })

  test.each([
    ['{"add":', 400, 'the question makes no sense', 'Malformed JSON in request body'],
    ['{"ad":["vip"]}', 400, 'the question makes no sense', 'Unrecognized key: "ad"'],
    [' '.repeat(262_145), 413, 'the body is too long', undefined],
  ])('a body that begins with %.8s is %d', async (body, status, title, detail) => {
    const { ask } = await createApi(STORY)
    const tagged = await ask(`/calls/${CALL}/tags`, 'token-operate', { method: 'POST', body })
    expect(tagged.body).toEqual({
      type: 'about:blank',
      title,
      status,
      ...(detail === undefined ? {} : { detail }),
    })
  })

  test('a body of another type is told of the one that is read', async () => {
    const { ask } = await createApi(STORY)
    const headers = { 'content-type': 'text/plain' }
    const body = '{"add":["vip"]}'
    expect(await ask(`/calls/${CALL}/tags`, 'token-operate', { method: 'POST', body, headers }))
      .toMatchObject({
        status: 415,
        type: 'application/problem+json',
        body: {
          title: 'the body is to be JSON, with the header content-type: application/json',
        },
      })
  })

  test.each([
    ['PUT', '/calls', 'POST, GET, HEAD'],
    ['POST', '/costs', 'GET, HEAD'],
    ['DELETE', `/calls/${CALL}/tags`, 'POST'],
  ])('%s of %s is refused with what can be done there', async (method, path, allowed) => {
    const { ask } = await createApi(STORY)
    const { status, type, headers, body } = await ask(path, 'token-operate', { method })
    expect([status, type]).toEqual([405, 'application/problem+json'])
    expect(headers.get('allow')).toBe(allowed)
    expect(body.title).toBe(`${method} is nothing that can be done here, but ${allowed}`)
  })

  test('a database that is away is no fault of the service', async () => {
    const away = () => Promise.reject(new StoreError('store-unreachable', 'with its address'))
    const { app } = createAppFixture({ record: { ...noRecord, list: away } })
    const response = await app.request('/api/v1/calls', {
      headers: { authorization: 'Bearer test-operator-token' },
    })
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ detail: 'store-unreachable' })
  })
})

describe('tokens', () => {
  const forget = { method: 'POST', body: JSON.stringify({ number: '+15550001111' }) }

  test('one that reads does not delete', async () => {
    const { ask } = await createApi(STORY)
    const refused = await ask('/forget', 'token-read', forget)
    expect(refused.body).toEqual({
      type: 'about:blank',
      title: 'this needs a token with the scope admin',
      status: 403,
    })
    expect(refused.headers.get('www-authenticate'))
      .toBe('Bearer error="insufficient_scope", scope="admin"')
    expect((await ask('/forget', 'token-operate', forget)).status).toBe(403)
    expect((await ask('/calls')).body.calls).toHaveLength(1)
  })

  test('what is deleted of a call that is on is told apart, as the rest is still to come', async () => {
    const { ask } = await createApi([writes.call({ callSid: 'CA1' })])
    expect((await ask('/forget', 'token-admin', forget)).body)
      .toEqual({ forgotten: ['CA1'], goingOn: ['CA1'] })
  })

  test('one that may do all deletes, also the messages of a person', async () => {
    const { ask, forgotten } = await createApi(STORY)
    expect((await ask('/forget', 'token-admin', forget)).body).toEqual({ forgotten: [CALL] })
    expect(forgotten).toEqual([`+15550001111 ${CALL}`])
    expect((await ask('/calls', 'test-operator-token')).body.calls).toHaveLength(0)
  })

  test('one that nobody has is refused, also its hash', async () => {
    const { app } = await createApi()
    for (const token of ['token-other', sha256('token-read')]) {
      const response = await app.request('/api/v1/calls', {
        headers: { authorization: `Bearer ${token}` },
      })
      expect(response.status).toBe(401)
    }
  })

  test('draining needs one that operates', async () => {
    const { app } = await createApi()
    const drain = async (token: string) =>
      (await app.request('/api/v1/drain', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
      })).status
    expect([await drain('token-read'), await drain('token-operate')]).toEqual([403, 202])
  })
})
