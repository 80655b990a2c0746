import { describe, expect, test } from 'vitest'
import type { CallEntry } from '../../src/bridge/call-feed.ts'
import { createMetrics, type ProcessUsage } from '../../src/metrics/metrics.ts'
import type { SocketClose } from '../../src/runtime/socket.ts'

const createFixture = () => {
  let isDraining = false
  let usage: ProcessUsage = { cpuS: 1.5, residentBytes: 80_000_000 }
  const metrics = createMetrics({
    build: { version: '0.1.0', runtime: 'node', runtimeVersion: '26.10.0' },
    isDraining: () => isDraining,
    usage: () => usage,
    startedAtS: 1_800_000_000,
    recordingsWaiting: () => 0,
  })

  /** The lines of one metric, without its name, its help and its buckets. */
  const read = async (name: string) => {
    const lines = (await metrics.text()).split('\n').filter((line) =>
      new RegExp(`^${name}(_sum|_count)?[{ ]`).test(line)
    )
    return lines.map((line) => line.slice(name.length).trim())
  }
  /** Those of them that are not 0. */
  const readCounted = async (name: string) =>
    (await read(name)).filter((line) => !line.endsWith(' 0'))

  /** Tells what was reported of one call. */
  const tell = (entries: readonly Entry[], model = 'gpt-realtime-2.1') => {
    const told = metrics.watchCall({ model })
    for (const entry of entries) told({ atMs: 0, ...entry })
  }

  return {
    metrics,
    read,
    readCounted,
    tell,
    drain: () => void (isDraining = true),
    use: (used: ProcessUsage) => void (usage = used),
  }
}

type WithoutTime<Value> = Value extends unknown ? Omit<Value, 'atMs'> : never
type Entry = WithoutTime<CallEntry>

const OFFERED: Entry = { type: 'offered', customer: 'bright-smile', number: '+15005550006' }
const CALLER_SPEAKS: Entry = { type: 'caller-speaking' }
const agentSpeaks = (latencyMs: number): Entry => ({
  type: 'agent-speaking',
  responseId: 'resp_1',
  latencyMs,
})
const ended = (
  reason: Extract<Entry, { type: 'ended' }>['reason'],
  durationMs = 42_000,
): Entry => ({
  type: 'ended',
  reason,
  durationMs,
})

describe('calls', () => {
  test('are active from the offer to the end', async () => {
    const { metrics, read } = createFixture()
    const [one, two] = [metrics, metrics].map((each) => each.watchCall({ model: 'm' }))
    one({ atMs: 0, type: 'offered', customer: 'a', number: '+1' })
    two({ atMs: 0, type: 'offered', customer: 'b', number: '+2' })
    expect(await read('tandem_calls_active')).toEqual(['2'])
    one({ atMs: 9_000, type: 'ended', reason: 'caller-hung-up', durationMs: 9_000 })
    expect(await read('tandem_calls_active')).toEqual(['1'])
  })

  test('are counted by why they ended, and every reason is there from the start', async () => {
    const { read, tell } = createFixture()
    tell([OFFERED, ended('caller-hung-up')])
    tell([OFFERED, ended('caller-hung-up')])
    tell([OFFERED, ended('fault')])
    expect(await read('tandem_calls_total')).toEqual([
      '{end_reason="caller-hung-up"} 2',
      '{end_reason="caller-lost"} 0',
      '{end_reason="no-stream"} 0',
      '{end_reason="model-unreachable"} 0',
      '{end_reason="model-lost"} 0',
      '{end_reason="max-duration"} 0',
      '{end_reason="cost-limit"} 0',
      '{end_reason="agent-ended"} 0',
      '{end_reason="key-ended"} 0',
      '{end_reason="operator-ended"} 0',
      '{end_reason="transferred"} 0',
      '{end_reason="caller-silent"} 0',
      '{end_reason="not-answered"} 0',
      '{end_reason="machine-answered"} 0',
      '{end_reason="message-left"} 0',
      '{end_reason="model-silent"} 0',
      '{end_reason="model-failed"} 0',
      '{end_reason="handed-over"} 0',
      '{end_reason="fault"} 1',
    ])
  })

  test('are measured in seconds', async () => {
    const { metrics, tell } = createFixture()
    tell([OFFERED, ended('caller-hung-up', 29_500)])
    const text = await metrics.text()
    expect(text).toContain('tandem_call_duration_seconds_bucket{le="15"} 0\n')
    expect(text).toContain('tandem_call_duration_seconds_bucket{le="30"} 1\n')
    expect(text).toContain('tandem_call_duration_seconds_bucket{le="3600"} 1\n')
    expect(text).toContain('tandem_call_duration_seconds_sum 29.5\n')
  })

  test('that were refused are counted by reason', async () => {
    const { metrics, read } = createFixture()
    metrics.callRefused('no-room')
    metrics.callRefused('overloaded')
    metrics.callRefused('overloaded')
    expect(await read('tandem_calls_refused_total')).toEqual([
      '{reason="unknown-number"} 0',
      '{reason="blocked"} 0',
      '{reason="closed"} 0',
      '{reason="no-room"} 1',
      '{reason="cost-limit"} 0',
      '{reason="draining"} 0',
      '{reason="overloaded"} 2',
    ])
  })

  test('that somebody else asks for are counted, too', async () => {
    const { metrics, readCounted } = createFixture()
    metrics.webhookRefused('bad-signature')
    metrics.streamRefused('bad-start')
    expect(await readCounted('tandem_webhooks_refused_total')).toEqual([
      '{reason="bad-signature"} 1',
    ])
    expect(await readCounted('tandem_streams_refused_total')).toEqual(['{reason="bad-start"} 1'])
  })
})

describe('what a caller waits for', () => {
  test('is the greeting once, and an answer after each turn', async () => {
    const { read, tell } = createFixture()
    tell([
      OFFERED,
      agentSpeaks(40),
      CALLER_SPEAKS,
      agentSpeaks(700),
      CALLER_SPEAKS,
      agentSpeaks(500),
    ])
    expect(await read('tandem_greeting_seconds')).toEqual(['_sum 0.04', '_count 1'])
    expect(await read('tandem_turn_response_seconds')).toEqual([
      '_sum{model="gpt-realtime-2.1"} 1.2',
      '_count{model="gpt-realtime-2.1"} 2',
    ])
  })

  test('is not what the agent adds unasked', async () => {
    const { read, tell } = createFixture()
    tell([
      OFFERED,
      agentSpeaks(40),
      CALLER_SPEAKS,
      agentSpeaks(700),
      agentSpeaks(0),
      agentSpeaks(0),
    ])
    expect(await read('tandem_turn_response_seconds')).toEqual([
      '_sum{model="gpt-realtime-2.1"} 0.7',
      '_count{model="gpt-realtime-2.1"} 1',
    ])
  })

  test('is an answer and no greeting where the caller speaks first', async () => {
    const { read, tell } = createFixture()
    tell([OFFERED, CALLER_SPEAKS, agentSpeaks(900)])
    expect(await read('tandem_greeting_seconds')).toEqual(['_sum 0', '_count 0'])
    expect(await read('tandem_turn_response_seconds')).toEqual([
      '_sum{model="gpt-realtime-2.1"} 0.9',
      '_count{model="gpt-realtime-2.1"} 1',
    ])
  })

  test('is told apart by model, and calls do not mix', async () => {
    const { metrics, read } = createFixture()
    const [one, other] = ['gpt-realtime-2.1', 'gpt-realtime-2.1-mini'].map((model) =>
      metrics.watchCall({ model })
    )
    one({ atMs: 0, type: 'caller-speaking' })
    other({ atMs: 0, type: 'agent-speaking', responseId: 'r', latencyMs: 30 })
    other({ atMs: 0, type: 'caller-speaking' })
    other({ atMs: 0, type: 'agent-speaking', responseId: 'r', latencyMs: 250 })
    one({ atMs: 0, type: 'agent-speaking', responseId: 'r', latencyMs: 500 })
    expect(await read('tandem_turn_response_seconds')).toEqual([
      '_sum{model="gpt-realtime-2.1-mini"} 0.25',
      '_count{model="gpt-realtime-2.1-mini"} 1',
      '_sum{model="gpt-realtime-2.1"} 0.5',
      '_count{model="gpt-realtime-2.1"} 1',
    ])
  })
})

describe('a stream', () => {
  const connected = (atMs: number, epoch: number) =>
    ({ type: 'caller-connected', atMs, afterMs: 300, epoch }) as const

  test('that is lost leaves a gap until the next one, however many do not come', async () => {
    const { metrics, read } = createFixture()
    const told = metrics.watchCall({ model: 'm' })
    told(connected(400, 1))
    told({ type: 'stream-lost', atMs: 10_000 })
    told(connected(10_750, 2))
    told({ type: 'stream-lost', atMs: 20_000 })
    told({ type: 'stream-lost', atMs: 20_300 })
    told(connected(21_000, 4))
    expect(await read('tandem_streams_lost_total')).toEqual(['3'])
    expect(await read('tandem_stream_gap_seconds')).toEqual(['_sum 1.75', '_count 2'])
    expect(await read('tandem_calls_revived_total')).toEqual(['0'])
  })

  test('of a call that another process has lost revives it', async () => {
    const { read, tell } = createFixture()
    tell([OFFERED, connected(300, 3)])
    expect(await read('tandem_calls_revived_total')).toEqual(['1'])
    expect(await read('tandem_stream_gap_seconds')).toEqual(['_sum 0', '_count 0'])
  })

  test('that comes again is neither greeted nor answered', async () => {
    const { read, readCounted, tell } = createFixture()
    tell([OFFERED, connected(300, 2), agentSpeaks(20)])
    tell([OFFERED, connected(300, 1), CALLER_SPEAKS, connected(9_000, 2), agentSpeaks(20)])
    expect(await read('tandem_greeting_seconds')).toEqual(['_sum 0', '_count 0'])
    expect(await readCounted('tandem_turn_response_seconds')).toEqual([])
  })
})

describe('the model', () => {
  test('is timed until it is ready, or given up', async () => {
    const { read, tell } = createFixture()
    tell([OFFERED, { type: 'model-ready', afterMs: 310 }, ended('caller-hung-up')])
    tell([OFFERED, ended('model-unreachable', 8_000)])
    tell([OFFERED, ended('caller-hung-up')])
    expect(await read('tandem_model_connect_seconds')).toEqual([
      '_sum{outcome="ready"} 0.31',
      '_count{outcome="ready"} 1',
      '_sum{outcome="unreachable"} 8',
      '_count{outcome="unreachable"} 1',
    ])
  })

  test('is timed while it is away', async () => {
    const { read, tell } = createFixture()
    tell([
      OFFERED,
      { type: 'model-interrupted', cause: 'close-1006' },
      { type: 'model-resumed', afterMs: 450 },
      { type: 'model-interrupted', cause: 'close-1006' },
      ended('model-lost'),
    ])
    expect(await read('tandem_model_interruptions_total')).toEqual(['2'])
    expect(await read('tandem_model_gap_seconds')).toEqual(['_sum 0.45', '_count 1'])
  })

  test('is renewed before it ends, and it is said how', async () => {
    const { read, tell } = createFixture()
    tell([
      OFFERED,
      { type: 'renewal-failed', cause: 'handshake-503' },
      { type: 'model-renewed', isForced: true },
      { type: 'model-renewed', isForced: false },
      { type: 'model-renewed', isForced: false },
    ])
    expect(await read('tandem_model_renewals_total')).toEqual([
      '{outcome="quiet"} 2',
      '{outcome="forced"} 1',
      '{outcome="failed"} 1',
    ])
  })

  test('has never been unreachable before the first call, and that is said', async () => {
    const { read } = createFixture()
    expect(await read('tandem_model_connect_seconds')).toEqual([
      '_sum{outcome="ready"} 0',
      '_count{outcome="ready"} 0',
      '_sum{outcome="unreachable"} 0',
      '_count{outcome="unreachable"} 0',
    ])
  })

  test('may complain of anything, and the labels stay a closed set', async () => {
    const { readCounted, tell } = createFixture()
    tell([
      { type: 'model-complained', code: 'rate_limit_exceeded', problem: 'slow down' },
      { type: 'model-complained', code: 'something"new\n', problem: '?' },
      { type: 'model-complained', code: 'toString', problem: '?' },
    ])
    expect(await readCounted('tandem_model_complaints_total')).toEqual([
      '{code="rate_limit_exceeded"} 1',
      '{code="other"} 2',
    ])
  })

  test('ends responses, and those that went wrong say why', async () => {
    const { read, readCounted, tell } = createFixture()
    const ends: readonly Readonly<{ status: string; reason?: string }>[] = [
      { status: 'completed' },
      { status: 'cancelled', reason: 'turn_detected' },
      { status: 'failed', reason: 'insufficient_quota' },
      { status: 'incomplete', reason: 'max_output_tokens' },
      { status: 'failed' },
      { status: 'paused' },
    ]
    tell(ends.map((end) => ({ type: 'response-ended', responseId: 'resp_1', ...end })))
    expect(await read('tandem_responses_total')).toEqual([
      '{status="completed"} 1',
      '{status="cancelled"} 1',
      '{status="failed"} 2',
      '{status="incomplete"} 1',
      '{status="other"} 1',
    ])
    expect(await readCounted('tandem_response_failures_total')).toEqual([
      '{code="insufficient_quota"} 1',
      '{code="max_output_tokens"} 1',
      '{code="other"} 1',
    ])
  })

  test('is billed by tokens, each counted once', async () => {
    const { read, tell } = createFixture()
    const usage = {
      inputTextTokens: 1_000,
      inputAudioTokens: 300,
      cachedTextTokens: 896,
      cachedAudioTokens: 128,
      outputTextTokens: 40,
      outputAudioTokens: 160,
    }
    const response = { responseId: 'resp_1', status: 'completed', usage } as const
    tell([{ type: 'response-ended', ...response }, { type: 'response-ended', ...response }])
    expect(await read('tandem_tokens_total')).toEqual([
      '{model="gpt-realtime-2.1",kind="input",modality="text"} 208',
      '{model="gpt-realtime-2.1",kind="input",modality="audio"} 344',
      '{model="gpt-realtime-2.1",kind="cached",modality="text"} 1792',
      '{model="gpt-realtime-2.1",kind="cached",modality="audio"} 256',
      '{model="gpt-realtime-2.1",kind="output",modality="text"} 80',
      '{model="gpt-realtime-2.1",kind="output",modality="audio"} 320',
    ])
  })

  test('that counts its tokens wrongly breaks nothing', async () => {
    const { readCounted, tell } = createFixture()
    const usage = {
      inputTextTokens: 10,
      inputAudioTokens: -5,
      cachedTextTokens: 20,
      cachedAudioTokens: 0,
      outputTextTokens: -1,
      outputAudioTokens: 3,
    }
    tell([{ type: 'response-ended', responseId: 'resp_1', status: 'completed', usage }])
    expect(await readCounted('tandem_tokens_total')).toEqual([
      '{model="gpt-realtime-2.1",kind="cached",modality="text"} 20',
      '{model="gpt-realtime-2.1",kind="output",modality="audio"} 3',
    ])
  })
})

test('the audio of a call is counted when it ends', async () => {
  const { read, tell } = createFixture()
  tell([{
    type: 'counts',
    caller: { frames: 1_500, filledMs: 640, droppedMs: 20 },
    agent: { sentMs: 12_340, refused: 7, droppedMs: 60 },
    rejectedPayloads: 2,
  }])
  expect(await read('tandem_caller_frames_total')).toEqual(['1500'])
  expect(await read('tandem_caller_filled_seconds_total')).toEqual(['0.64'])
  expect(await read('tandem_agent_sent_seconds_total')).toEqual(['12.34'])
  expect(await read('tandem_agent_deltas_refused_total')).toEqual(['7'])
  expect(await read('tandem_audio_dropped_seconds_total')).toEqual([
    '{speaker="caller"} 0.02',
    '{speaker="agent"} 0.06',
  ])
  expect(await read('tandem_payloads_rejected_total')).toEqual(['2'])
})

test('a barge-in is counted', async () => {
  const { read, tell } = createFixture()
  tell([OFFERED, { type: 'barged-in', heardMs: 400, unheardMs: 2_000, cut: [] }])
  expect(await read('tandem_barge_ins_total')).toEqual(['1'])
})

test('what is said in a call is in no metric', async () => {
  const { metrics, tell } = createFixture()
  const before = await metrics.text()
  tell([
    {
      type: 'line',
      line: { itemId: 'item_1', speaker: 'caller', text: 'my card', final: true, atMs: 0 },
    },
    { type: 'key-pressed', digit: '7' },
    { type: 'agent-heard', itemId: 'item_1', heardMs: 100 },
    { type: 'caller-connected', afterMs: 400, epoch: 1 },
  ])
  expect(await metrics.text()).toBe(before)
})

describe('a socket', () => {
  const watch = () => {
    const fixture = createFixture()
    const told: unknown[] = []
    const events = {
      opened: () => void told.push('opened'),
      message: (text: string) => void told.push(text),
      closed: (close: SocketClose) => void told.push(close),
    }
    return { ...fixture, told, events, watched: fixture.metrics.watchSocket('model', events) }
  }

  test('is counted while it is open, and tells its owner the same', async () => {
    const { read, told, watched } = watch()
    watched.opened?.()
    expect(await read('tandem_ws_connections')).toEqual(['{leg="caller"} 0', '{leg="model"} 1'])
    watched.message('hello')
    watched.closed({ code: 1000, reason: 'bye' })
    expect(await read('tandem_ws_connections')).toEqual(['{leg="caller"} 0', '{leg="model"} 0'])
    expect(told).toEqual(['opened', 'hello', { code: 1000, reason: 'bye' }])
  })

  test('costs nothing for a message: the handler is the owner’s own', () => {
    const { events, watched } = watch()
    expect(watched.message).toBe(events.message)
  })

  test('that never opened was never a connection', async () => {
    const { read, readCounted, watched } = watch()
    watched.closed({ code: 1006, reason: '', httpStatus: 401 })
    expect(await read('tandem_ws_connections')).toEqual(['{leg="caller"} 0', '{leg="model"} 0'])
    expect(await readCounted('tandem_ws_closes_total')).toEqual([
      '{leg="model",code_class="refused"} 1',
    ])
  })

  test('need not be told that it is open', async () => {
    const { metrics, read } = createFixture()
    metrics.watchSocket('caller', { message: () => {}, closed: () => {} }).opened?.()
    expect(await read('tandem_ws_connections')).toEqual(['{leg="caller"} 1', '{leg="model"} 0'])
  })

  test.each([
    [1000, 'normal'],
    [1005, 'normal'],
    [1001, 'going-away'],
    [1006, 'lost'],
    [1002, 'protocol'],
    [1009, 'protocol'],
    [1011, 'peer-fault'],
    [1013, 'peer-fault'],
    [1015, 'protocol'],
    [3000, 'application'],
    [4403, 'application'],
  ])('that ended with code %i is %s', async (code, name) => {
    const { metrics, readCounted } = createFixture()
    metrics.watchSocket('caller', { message: () => {}, closed: () => {} })
      .closed({ code, reason: '' })
    expect(await readCounted('tandem_ws_closes_total')).toEqual([
      `{leg="caller",code_class="${name}"} 1`,
    ])
  })
})

describe('the process', () => {
  test('says what is running', async () => {
    const { read } = createFixture()
    expect(await read('tandem_build_info')).toEqual([
      '{version="0.1.0",runtime="node",runtime_version="26.10.0"} 1',
    ])
  })

  test('says what it has used by the moment somebody asks', async () => {
    const { read, use } = createFixture()
    expect(await read('process_cpu_seconds_total')).toEqual(['1.5'])
    use({ cpuS: 2.25, residentBytes: 90_000_000 })
    expect(await read('process_cpu_seconds_total')).toEqual(['2.25'])
    expect(await read('process_resident_memory_bytes')).toEqual(['90000000'])
    expect(await read('process_start_time_seconds')).toEqual(['1800000000'])
  })

  test('says whether it drains', async () => {
    const { read, drain } = createFixture()
    expect(await read('tandem_draining')).toEqual(['0'])
    drain()
    expect(await read('tandem_draining')).toEqual(['1'])
  })

  test('says how late its event loop is, in buckets that know the length of a frame', async () => {
    const { metrics, read } = createFixture()
    metrics.lagged(1.5, false)
    metrics.lagged(70, true)
    const text = await metrics.text()
    expect(text).toContain('tandem_event_loop_lag_seconds_bucket{le="0.02"} 1\n')
    expect(text).toContain('tandem_event_loop_lag_seconds_bucket{le="0.06"} 1\n')
    expect(text).toContain('tandem_event_loop_lag_seconds_bucket{le="0.1"} 2\n')
    expect(await read('tandem_overloaded')).toEqual(['1'])
    metrics.lagged(0, false)
    expect(await read('tandem_overloaded')).toEqual(['0'])
  })
})

describe('the text', () => {
  test('is in the format that Prometheus reads, with a sentence for each metric', async () => {
    const { metrics } = createFixture()
    const text = await metrics.text()
    expect(metrics.contentType).toBe('text/plain; version=0.0.4; charset=utf-8')
    expect(text).toContain(
      '# HELP tandem_barge_ins_total Times a caller cut the agent short.\n' +
        '# TYPE tandem_barge_ins_total counter\n' +
        'tandem_barge_ins_total 0\n',
    )
    const names = [...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name]) => name)
    const helps = [...text.matchAll(/^# HELP (\S+) \S.*$/gm)].map(([, name]) => name)
    expect(helps).toEqual(names)
    expect(names.length).toBeGreaterThan(30)
  })

  test('belongs to one process: two services in one do not share a registry', async () => {
    const [one, other] = [createFixture(), createFixture()]
    one.metrics.callRefused('no-room')
    expect(await other.readCounted('tandem_calls_refused_total')).toEqual([])
  })
})
