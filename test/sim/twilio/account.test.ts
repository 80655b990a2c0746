import { describe, expect, test } from 'vitest'
import { type AccountOptions, createTwilioAccount } from '../../../src/sim/twilio/account.ts'
import { TOO_MANY } from '../../../src/sim/twilio/rest-answers.ts'
import { type Answers, createServerFixture, twiml } from '../caller/server-fixture.ts'

const ACCOUNT = 'AC0123456789abcdef0123456789abcdef'
const CALLS = `/2010-04-01/Accounts/${ACCOUNT}/Calls`
const STREAM = '<Connect action="/after"><Stream url="ws://127.0.0.1:8080/media"/></Connect>'
const SERVER = 'http://127.0.0.1:8080'
const EVENTS = ['initiated', 'ringing', 'answered', 'completed']

/** An account whose calls are answered with documents by path; any other path gets 204. */
const createAccount = (
  documents: Readonly<Record<string, string>>,
  options: Partial<AccountOptions> = {},
) => {
  const answers: Answers = (path) =>
    path in documents ? twiml(documents[path]) : new Response(null, { status: 204 })
  const server = createServerFixture(answers)
  const account = createTwilioAccount({ ...server.means, ...options })

  const post = async (path: string, fields: string[][], password = '12345') => {
    const response = await account.fetch(
      new Request(`http://127.0.0.1${path}`, {
        method: 'POST',
        headers: { authorization: `Basic ${btoa(`${ACCOUNT}:${password}`)}` },
        body: new URLSearchParams(fields),
      }),
    )
    return { status: response.status, body: await response.json() }
  }
  const dial = (more: string[][] = []) =>
    post(`${CALLS}.json`, [
      ['To', '+351213456789'],
      ['From', '+15005550006'],
      ['Url', `${SERVER}/document`],
      ['StatusCallback', `${SERVER}/status`],
      ...EVENTS.map((event) => ['StatusCallbackEvent', event]),
      ...more,
    ])
  const update = (callSid: string, ...fields: string[][]) =>
    post(`${CALLS}/${callSid}.json`, fields)
  const told = (path: string) =>
    server.requests.filter((request) => request.path === path).map(({ fields }) => fields)
  const statuses = () =>
    told('/status').map(({ SequenceNumber, CallStatus }) => `${SequenceNumber} ${CallStatus}`)
  /** A call from outside to a number of the service. */
  const callIn = () =>
    account.place({
      baseUrl: SERVER,
      from: '+14158675310',
      to: '+15005550006',
      answerDelayMs: 0,
    })
  return { ...server, account, post, dial, update, told, statuses, callIn }
}

describe('the REST API', () => {
  test('takes a call and says that it is queued', async () => {
    const { dial } = createAccount({})
    const { status, body } = await dial()
    expect(status).toBe(201)
    expect(body).toMatchObject({
      sid: 'CA00000000000000000000000000000001',
      account_sid: ACCOUNT,
      to: '+351213456789',
      from: '+15005550006',
      direction: 'outbound-api',
      status: 'queued',
    })
  })

  test('lets nobody in without the password', async () => {
    const { post } = createAccount({})
    expect(await post(`${CALLS}.json`, [], 'wrong')).toEqual({
      status: 401,
      body: {
        code: 20003,
        message: 'Authenticate',
        more_info: 'https://www.twilio.com/docs/errors/20003',
        status: 401,
      },
    })
  })

  test.each([
    ['no number', [['From', '+15005550006']], 21201],
    ['no phone number', [['To', '112'], ['From', '+15005550006']], 21211],
    ['nobody who calls', [['To', '+351213456789']], 21213],
    ['a number of somebody else', [['To', '+351213456789'], ['From', '+15005550009']], 21210],
    ['no document', [['To', '+351213456789'], ['From', '+15005550006']], 21205],
  ])('refuses a call to %s', async (_, fields, code) => {
    const { post } = createAccount({}, { numbers: ['+15005550006'] })
    expect(await post(`${CALLS}.json`, fields)).toMatchObject({ status: 400, body: { code } })
  })

  test('refuses as often as a test says', async () => {
    const { dial, account } = createAccount({})
    account.refuse(TOO_MANY)
    expect((await dial()).status).toBe(429)
    expect((await dial()).status).toBe(201)
  })

  test('does not know calls that there are not, and does not change those that are over', async () => {
    const { dial, update, pass } = createAccount({ '/document': '<Hangup/>' })
    expect(await update('CA9', ['Status', 'completed']))
      .toMatchObject({ status: 404, body: { code: 20404 } })
    const { body } = await dial()
    await pass(1_000)
    expect(await update(body.sid, ['Twiml', '<Response/>']))
      .toMatchObject({ status: 400, body: { code: 21220 } })
  })
})

describe('a phone that is rung', () => {
  test('is answered, asks for its document and tells each step', async () => {
    const { dial, pass, statuses, told, account } = createAccount({ '/document': '<Hangup/>' })
    await dial()
    await pass(80)
    expect(statuses()).toEqual(['0 initiated', '1 ringing'])
    await pass(1_000)
    expect(statuses()).toEqual(['0 initiated', '1 ringing', '2 in-progress', '3 completed'])
    expect(told('/document')).toMatchObject([{
      CallStatus: 'in-progress',
      Direction: 'outbound-api',
      From: '+15005550006',
      To: '+351213456789',
    }])
    expect(account.calls()[0].status()).toBe('completed')
  })

  test.each(
    [
      [{ is: 'busy' }, 'busy'],
      [{ is: 'no-answer' }, 'no-answer'],
      [{ is: 'failed' }, 'failed'],
    ] as const,
  )('may be %o', async (callee, last) => {
    const { dial, pass, statuses, told } = createAccount({}, { callee: () => callee })
    await dial([['Timeout', '5']])
    await pass(6_000)
    expect(statuses().at(-1)).toMatch(new RegExp(`${last}$`))
    expect(told('/document')).toEqual([])
  })

  test('stops ringing when the call is canceled', async () => {
    const { dial, update, pass, statuses } = createAccount({}, {
      callee: () => ({ is: 'no-answer' }),
    })
    const { body } = await dial()
    await pass(100)
    await update(body.sid, ['Status', 'canceled'])
    await pass(100)
    expect(statuses()).toEqual(['0 initiated', '1 ringing', '2 canceled'])
  })

  test('tells out of order when a test wants that', async () => {
    const { dial, pass, statuses } = createAccount({ '/document': '<Hangup/>' }, {
      callbackDelayMs: (status) => status === 'ringing' ? 500 : 0,
    })
    await dial()
    await pass(1_000)
    expect(statuses()).toEqual(['0 initiated', '2 in-progress', '3 completed', '1 ringing'])
  })

  test('is known to be a person, or a machine once its beep is over', async () => {
    const detection = [
      ['MachineDetection', 'DetectMessageEnd'],
      ['AsyncAmd', 'true'],
      ['AsyncAmdStatusCallback', `${SERVER}/machine`],
    ]
    for (
      const [callee, answeredBy, notBeforeMs] of [
        [{ is: 'person' }, 'human', 500],
        [{ is: 'voicemail' }, 'machine_end_beep', 900],
      ] as const
    ) {
      const { dial, pass, told } = createAccount({ '/document': STREAM }, { callee: () => callee })
      await dial(detection)
      await pass(notBeforeMs - 40)
      expect(told('/machine')).toEqual([])
      await pass(500)
      expect(told('/machine')).toMatchObject([{ AnsweredBy: answeredBy }])
    }
  })
})

describe('a call that is told to do something else', () => {
  test('leaves its stream with a stop and follows the new document', async () => {
    const { callIn, pass, update, upgrades, told } = createAccount({
      '/twilio/voice': STREAM,
      '/next': '<Say>One moment.</Say><Pause length="60"/>',
    })
    const call = callIn()
    await pass(500)
    expect((await update(call.callSid, ['Url', `${SERVER}/next`])).status).toBe(200)
    await pass(100)
    expect(upgrades[0].texts.at(-1)).toContain('"event":"stop"')
    expect(upgrades[0].closedAtMs).toHaveLength(1)
    // The document of the stream has no say any more.
    expect(told('/after')).toEqual([])
    expect(told('/next')).toMatchObject([{ CallStatus: 'in-progress', CallSid: call.callSid }])
    call.hangUp()
    await pass(100)
    expect(await call.done).toMatchObject({ end: 'caller-hung-up' })
  })

  test('may be given the document itself, and may be ended', async () => {
    const { callIn, pass, update } = createAccount({ '/twilio/voice': STREAM })
    const call = callIn()
    await pass(500)
    await update(call.callSid, [
      'Twiml',
      '<Response><Play digits="ww1"/><Pause length="60"/></Response>',
    ])
    await pass(1_200)
    await update(call.callSid, ['Status', 'completed'])
    await pass(100)
    expect(await call.done).toMatchObject({
      end: 'server-closed',
      verbs: [{ verb: 'connect' }, { verb: 'play', digits: 'ww1' }, { verb: 'pause' }],
    })
  })
})

describe('a dial', () => {
  test('joins two phones, who hear each other until one hangs up', async () => {
    const { callIn, pass, account, told } = createAccount({
      '/twilio/voice':
        '<Dial action="/dialled" callerId="+15005550006" timeout="20"><Number>+15005550100</Number></Dial>',
    }, { callee: () => ({ is: 'person', hangsUpAfterMs: 2_000 }) })
    const call = callIn()
    await pass(500)
    const [, human] = account.calls()
    expect(human.call.parties).toMatchObject({
      direction: 'outbound-dial',
      from: '+15005550006',
      parentCallSid: call.callSid,
    })
    expect(account.hears(call.callSid)).toEqual([human.call.parties.callSid])
    account.say(call.callSid, 'Hello?')
    expect(human.call.events.at(-1)).toMatchObject({
      event: 'heard',
      from: call.callSid,
      what: 'Hello?',
    })
    await pass(3_000)
    expect(told('/dialled')).toMatchObject([{ DialCallStatus: 'completed', DialBridged: 'true' }])
  })

  test.each(
    [
      [{ is: 'busy' }, 'busy'],
      [{ is: 'no-answer' }, 'no-answer'],
      [{ is: 'failed' }, 'failed'],
    ] as const,
  )('tells its action of %o', async (callee, status) => {
    const { callIn, pass, told } = createAccount({
      '/twilio/voice': '<Dial action="/dialled" timeout="3"><Sip>sip:desk@example.com</Sip></Dial>',
    }, { callee: () => callee })
    callIn()
    await pass(4_000)
    expect(told('/dialled')).toMatchObject([{ DialCallStatus: status, DialBridged: 'false' }])
  })

  test('lets the other one press a key before they are joined', async () => {
    const { callIn, pass, account, told } = createAccount({
      '/twilio/voice':
        '<Dial action="/dialled"><Number url="/whisper">+15005550100</Number></Dial>',
      '/whisper': '<Gather numDigits="1" action="/key"><Say>Take it?</Say></Gather><Hangup/>',
      '/key': '<Hangup/>',
    }, { callee: () => ({ is: 'person', keys: '2' }) })
    callIn()
    await pass(1_000)
    expect(told('/key')).toMatchObject([{ Digits: '2', Direction: 'outbound-dial' }])
    expect(told('/dialled')).toMatchObject([{ DialCallStatus: 'no-answer' }])
    expect(account.calls()[1].call.events.filter(({ event }) => event === 'verb'))
      .toMatchObject([{ verb: { verb: 'gather' } }, { verb: { verb: 'say', text: 'Take it?' } }, {
        verb: { verb: 'hangup' },
      }])
  })

  test('rings a browser by its name', async () => {
    const { callIn, pass, account } = createAccount({
      '/twilio/voice': '<Dial callerId="+15005550006"><Client>alice</Client></Dial>',
    })
    callIn()
    await pass(500)
    expect(account.calls()[1].call.parties).toMatchObject({
      from: '+15005550006',
      to: 'client:alice',
    })
  })

  test('stops ringing when the caller hangs up', async () => {
    const { callIn, pass, account } = createAccount({
      '/twilio/voice': '<Dial><Number>+15005550100</Number></Dial>',
    }, { callee: () => ({ is: 'no-answer' }) })
    const call = callIn()
    await pass(500)
    call.hangUp()
    await pass(100)
    expect(account.calls()[1].status()).toBe('canceled')
  })
})

describe('a conference', () => {
  const ROOM = (attributes: string) => `<Dial><Conference ${attributes}>room</Conference></Dial>`

  test('begins with whom it is to begin with, after music, and ends with them', async () => {
    const { callIn, dial, pass, account, told } = createAccount({
      '/twilio/voice': ROOM(
        'startConferenceOnEnter="false" waitUrl="/music" statusCallback="/room" ' +
          'statusCallbackEvent="start end join leave"',
      ),
      '/music': '<Play>http://127.0.0.1:8080/music.mp3</Play>',
      '/document': ROOM('endConferenceOnExit="true"'),
    }, { callee: () => ({ is: 'person', hangsUpAfterMs: 1_000 }) })
    const caller = callIn()
    await pass(500)
    expect(account.conference('room')?.isStarted()).toBe(false)
    expect(told('/music')).toMatchObject([{ CallSid: caller.callSid }])
    await dial()
    await pass(500)
    const [, human] = account.calls()
    const humanSid = human.call.parties.callSid
    expect(account.hears(caller.callSid)).toEqual([humanSid])
    expect(account.hears(humanSid)).toEqual([caller.callSid])
    await pass(2_000)
    expect(await caller.done).toMatchObject({ end: 'server-closed' })
    expect(told('/room').map(({ StatusCallbackEvent }) => StatusCallbackEvent)).toEqual([
      'participant-join',
      'conference-start',
      'participant-join',
      'participant-leave',
      'participant-leave',
      'conference-end',
    ])
  })

  test('does not hear one who is muted', async () => {
    const { callIn, dial, pass, account } = createAccount({
      '/twilio/voice': ROOM('muted="true"'),
      '/document': ROOM(''),
    })
    const caller = callIn()
    await dial()
    await pass(500)
    const human = account.calls()[1].call.parties.callSid
    expect(account.hears(caller.callSid)).toEqual([human])
    expect(account.hears(human)).toEqual([])
  })

  test('is left by a call that is told to do something else', async () => {
    const { callIn, pass, account, update, told } = createAccount({
      '/twilio/voice': ROOM(''),
      '/back': '<Pause length="60"/>',
    })
    const caller = callIn()
    await pass(500)
    expect(account.conference('room')?.members()).toEqual([caller.callSid])
    await update(caller.callSid, ['Url', `${SERVER}/back`])
    await pass(100)
    expect(account.conference('room')?.members()).toEqual([])
    expect(told('/back')).toHaveLength(1)
  })
})
