import { describe, expect, it } from 'vitest'
import type { CallRules } from '../../src/call/rules.ts'
import { outputOf, response, runCall } from './call-runner.ts'
import { RULES } from './rules.ts'

const rules: Partial<CallRules> = {
  agents: {
    main: {
      ...RULES.agents.main,
      actions: ['end_call', 'transfer_call', 'press_keys', 'collect_digits', 'hand_off'],
      handoffs: ['billing', 'night'],
    },
    billing: { ...RULES.agents.main, actions: ['hand_off'], handoffs: ['main'] },
    night: { ...RULES.agents.main, sessionKey: 'another voice' },
  },
  destinations: {
    reception: { mode: 'cold', timeoutMs: 25_000 },
    manager: { mode: 'warm', timeoutMs: 20_000 },
  },
  keypadEntries: {
    card: {
      name: 'card',
      leastDigits: 4,
      mostDigits: 4,
      terminator: '#',
      timeoutMs: 15_000,
      isSecret: true,
    },
  },
}
const r = response('r1')
const says = (sentence: string) => ({ kind: 'exactly', sentence })

describe('end_call', () => {
  it('ends the call when the goodbye of the same response was heard', () => {
    const heard = runCall(
      rules,
      r.started,
      r.says('Goodbye.'),
      r.sends(1_000),
      r.calls('a', 'end_call'),
      r.audioEnds,
      r.ends,
      { type: 'tick', atMs: 500 },
    )
    expect(heard.done).toEqual([])
    const marks = heard.state.phase === 'talking' ? heard.state.playback.marks : []
    const echoes = marks.map(({ name }) => ({ type: 'mark-echoed', name, atMs: 1_010 }) as const)
    const { done } = runCall(
      rules,
      r.started,
      r.says('Goodbye.'),
      r.sends(1_000),
      r.calls('a', 'end_call'),
      r.audioEnds,
      r.ends,
      { type: 'tick', atMs: 500 },
      ...echoes,
      { type: 'tick', atMs: 1_250 },
    )
    expect(done).toEqual([{ type: 'end-call', reason: 'agent-ended', isModelKept: false }])
  })

  it('has a goodbye said where the agent said none', () => {
    const { done } = runCall(rules, r.started, r.calls('a', 'end_call'), r.ends, { type: 'tick' })
    expect(done).toEqual([{ type: 'request-response', request: says('Goodbye.') }])
  })

  it('does not wait for ever for what is not heard', () => {
    const { done } = runCall(
      rules,
      r.started,
      r.calls('a', 'end_call'),
      r.ends,
      { type: 'tick', atMs: 10 },
      { type: 'tick', atMs: 15_004 },
    )
    expect(done.at(-1)).toEqual({ type: 'end-call', reason: 'agent-ended', isModelKept: false })
  })

  it('is off when the caller speaks before, and the model is told', () => {
    const { done } = runCall(
      rules,
      r.started,
      r.says('Goodbye.'),
      r.calls('a', 'end_call'),
      r.ends,
      { type: 'caller-started-speaking', itemId: 'u' },
      { type: 'tick', atMs: 60_000 },
    )
    expect(outputOf(done, 'a')).toBe('Not done: the caller spoke before. Go on with the call.')
    expect(done.some(({ type }) => type === 'end-call')).toBe(false)
  })

  it('is off when the caller presses a key before, and the model is told', () => {
    const { done, state } = runCall(
      rules,
      r.started,
      r.sends(3_000),
      r.calls('a', 'end_call'),
      r.audioEnds,
      r.ends,
      { type: 'caller-pressed-key', digit: '5', atMs: 1_000 },
      { type: 'tick', atMs: 1_250 },
    )
    expect(outputOf(done, 'a'))
      .toBe('Not done: the caller pressed a key before. Go on with the call.')
    expect(state.phase).toBe('talking')
  })

  it('is off when the line breaks before, and the model is told', () => {
    const { done } = runCall(
      rules,
      r.started,
      r.says('Goodbye.'),
      r.calls('a', 'end_call'),
      r.ends,
      { type: 'stream-lost' },
    )
    expect(outputOf(done, 'a')).toBe('Not done: the line to the caller broke before.')
  })

  it('waits for the answer to what other tools gave', () => {
    const { done } = runCall(
      rules,
      r.started,
      r.calls('a', 'find_table'),
      r.calls('b', 'end_call'),
      r.ends,
      { type: 'tick', atMs: 1_000 },
    )
    expect(done).toEqual([{ type: 'run-tool', toolCallId: 'a', name: 'find_table', given: '{}' }])
  })
})

describe('an action', () => {
  it.each([
    [
      'transfer_call',
      { destination: 'boss' },
      'There is no destination "boss". There are: reception, manager.',
    ],
    [
      'transfer_call',
      '{"destination":',
      'The arguments are no JSON object. Call it again with one.',
    ],
    [
      'press_keys',
      { keys: 'call' },
      'keys must be 1 to 32 of 0-9, A-D, *, # and w (a pause of half a second).',
    ],
    ['collect_digits', { entry: 'pin' }, 'There is no entry "pin". There are: card.'],
    ['collect_digits', { digits: 0 }, 'digits must be a whole number from 1 to 32.'],
    ['hand_off', { agent: 'sales' }, 'There is no agent "sales". There are: billing, night.'],
  ])('%s with %j is refused with a sentence', (name, given, problem) => {
    const { done } = runCall(rules, r.started, r.calls('a', name, given))
    expect(done).toEqual([{ type: 'return-output', toolCallId: 'a', output: problem }])
  })

  it('that the agent was not given is a tool like any other', () => {
    const { done } = runCall({}, r.started, r.calls('a', 'end_call'))
    expect(done).toEqual([{ type: 'run-tool', toolCallId: 'a', name: 'end_call', given: '{}' }])
  })

  it('is not taken while the line is being opened', () => {
    const { done } = runCall(
      rules,
      r.started,
      { type: 'stream-lost' },
      { type: 'agent-response-started', responseId: 'r2' },
      { ...r.calls('a', 'end_call'), responseId: 'r2' } as ReturnType<typeof r.calls>,
    )
    expect(outputOf(done, 'a')).toBe(
      'This cannot be done now: the line to the caller is being opened.',
    )
  })
})

describe('transfer_call', () => {
  const asked = (destination: string) =>
    [
      r.started,
      r.says('One moment.'),
      r.calls('a', 'transfer_call', { destination, summary: 'Wants a refund.' }),
      r.ends,
      { type: 'tick', atMs: 1_000 },
    ] as const

  it('leaves the stream when the agent was heard, and Twilio is told whom to call', () => {
    const { done, state } = runCall(rules, ...asked('reception'), { type: 'stream-asked' })
    expect(done).toEqual([{ type: 'leave-stream' }])
    expect(state).toMatchObject({ phase: 'away', destination: 'reception', isTold: true })
  })

  it('has something said first where the agent says nothing', () => {
    const { done } = runCall(
      rules,
      r.started,
      r.calls('a', 'transfer_call', { destination: 'reception' }),
      r.ends,
      { type: 'tick', atMs: 1_000 },
    )
    expect(done).toEqual([{ type: 'request-response', request: says('One moment.') }])
  })

  it('is over when somebody has answered', () => {
    const { done } = runCall(
      rules,
      ...asked('reception'),
      { type: 'stream-asked' },
      { type: 'transfer-answered' },
    )
    expect(done.at(-1)).toEqual({ type: 'end-call', reason: 'transferred', isModelKept: false })
  })

  it('brings the caller back to an agent that knows why, when nobody does', () => {
    const { done, state } = runCall(
      rules,
      ...asked('reception'),
      { type: 'stream-asked' },
      { type: 'transfer-failed', why: 'busy', isBack: true },
    )
    expect(state).toMatchObject({ phase: 'ringing', epoch: 2, isTold: false })
    expect(done.slice(-2)).toEqual([
      {
        type: 'return-output',
        toolCallId: 'a',
        output: 'The transfer to reception did not work: the line is busy. ' +
          'The caller is back with you. Tell them, and go on.',
      },
      { type: 'request-response', request: { kind: 'results' } },
    ])
  })

  it('calls the human who is to hear a summary only when Twilio has the caller', () => {
    const before = runCall(rules, ...asked('manager'))
    expect(before.done).toEqual([{ type: 'leave-stream' }])
    const { done } = runCall(rules, ...asked('manager'), { type: 'stream-asked' })
    expect(done.at(-1)).toEqual({
      type: 'call-human',
      destination: 'manager',
      summary: 'Wants a refund.',
    })
  })

  it('fetches the caller out of the room when the human refuses', () => {
    const { done } = runCall(
      rules,
      ...asked('manager'),
      { type: 'stream-asked' },
      { type: 'transfer-failed', why: 'refused', isBack: false },
    )
    expect(done.map(({ type }) => type)).toEqual([
      'leave-stream',
      'call-human',
      'return-output',
      'request-response',
      'hang-up-human',
      'bring-back',
    ])
  })

  it('lets a human go who is still being called when the caller hangs up', () => {
    const { done } = runCall(
      rules,
      ...asked('manager'),
      { type: 'stream-asked' },
      { type: 'caller-hung-up' },
    )
    expect(done.slice(-2)).toEqual([
      { type: 'hang-up-human' },
      { type: 'end-call', reason: 'caller-hung-up', isModelKept: false },
    ])
  })

  it('fetches the caller who waits for a human when the call cannot go on', () => {
    const end = { type: 'model-lost', cause: 'close-1006' } as const
    const waiting = runCall(rules, ...asked('manager'), { type: 'stream-asked' }, end)
    expect(waiting.done.slice(-3)).toEqual([
      { type: 'hang-up-human' },
      { type: 'bring-back' },
      { type: 'end-call', reason: 'model-lost', isModelKept: false },
    ])
    // Twilio has not put them there yet, and asks by itself.
    expect(runCall(rules, ...asked('manager'), end).done).not.toContainEqual({ type: 'bring-back' })
    // From a call to a number they come back by themselves.
    expect(runCall(rules, ...asked('reception'), { type: 'stream-asked' }, end).done)
      .not.toContainEqual({ type: 'bring-back' })
  })

  it('believes a human to have answered of whom nothing is told, and fetches the caller of one who never decides', () => {
    const late = (destination: string, atMs: number) =>
      runCall(rules, ...asked(destination), { type: 'stream-asked' }, { type: 'tick', atMs })
        .done.map(({ type }) => type)
    expect(late('reception', 70_000)).toEqual(['leave-stream'])
    expect(late('reception', 71_001)).toEqual(['leave-stream', 'end-call'])
    expect(late('manager', 66_001)).toContain('bring-back')
  })

  it('is off when the caller speaks first', () => {
    const { done, state } = runCall(
      rules,
      ...asked('reception').slice(0, -1),
      { type: 'caller-started-speaking', itemId: 'u' },
      { type: 'tick', atMs: 60_000 },
    )
    expect(state.phase).toBe('talking')
    expect(outputOf(done, 'a')).toBeDefined()
  })
})

describe('press_keys', () => {
  it('sounds the tones behind what is being said, and the model is told', () => {
    const { done } = runCall(
      rules,
      r.started,
      r.calls('a', 'press_keys', { keys: '12#' }),
      { type: 'keys-sent', toolCallId: 'a', sentMs: 480 },
      r.ends,
    )
    expect(done).toEqual([
      { type: 'play-keys', toolCallId: 'a', keys: '12#' },
      { type: 'return-output', toolCallId: 'a', output: 'The keys were pressed.' },
      { type: 'request-response', request: { kind: 'results' } },
    ])
  })

  it('presses all of them although the other end speaks meanwhile, which is heard out', () => {
    const pressed = [
      r.started,
      { ...r.sends(1_000), atMs: 100 },
      r.audioEnds,
      r.calls('a', 'press_keys', { keys: '1234567890' }),
      { type: 'keys-sent', toolCallId: 'a', sentMs: 1_600 },
    ] as const
    const speaks = { type: 'caller-started-speaking', itemId: 'u' } as const
    const { done, state } = runCall(rules, ...pressed, { ...speaks, atMs: 2_000 }, {
      type: 'agent-audio-refused',
      responseId: 'r1',
      itemId: 'item_r1',
      contentIndex: 0,
    })
    expect(done.map(({ type }) => type))
      .toEqual(['play-keys', 'return-output', 'cancel-response'])
    expect(state).toMatchObject({ floor: { is: 'caller' }, playback: { sentMs: 2_600 } })
    const words = response('r2')
    const after = runCall(
      rules,
      ...pressed,
      r.ends,
      words.started,
      { ...words.sends(2_000), atMs: 2_000 },
      { ...speaks, atMs: 3_000 },
    )
    expect(after.done.at(-1)).toMatchObject({ type: 'truncate-item', audioEndMs: 300 })
  })

  it('presses them behind a hold tone, which then is heard out, too', () => {
    const { done } = runCall(
      rules,
      { type: 'hold-sent', sentMs: 1_000, atMs: 100 },
      r.started,
      r.calls('a', 'press_keys', { keys: '5' }),
      { type: 'keys-sent', toolCallId: 'a', sentMs: 160, atMs: 200 },
      r.ends,
      { type: 'agent-about-to-speak', atMs: 600 },
    )
    expect(done.map(({ type }) => type)).toEqual(['play-keys', 'return-output', 'request-response'])
  })

  it('leaves the stream for Twilio to press them, where the file asks for that', () => {
    const { done, state } = runCall(
      { ...rules, keysBy: 'twilio' },
      r.started,
      r.calls('a', 'press_keys', { keys: '12#' }),
      r.ends,
      { type: 'tick', atMs: 1_000 },
    )
    expect(done.map(({ type }) => type)).toEqual([
      'leave-stream',
      'return-output',
      'request-response',
    ])
    expect(state).toMatchObject({ phase: 'ringing', press: '12#', epoch: 2 })
  })
})

describe('hand_off', () => {
  it('to an agent with the same voice goes on in the same session', () => {
    const { done, state } = runCall(
      rules,
      r.started,
      r.calls('a', 'hand_off', { agent: 'billing' }),
      r.ends,
    )
    expect(state).toMatchObject({ agent: 'billing' })
    expect(done.map(({ type }) => type)).toEqual([
      'change-agent',
      'return-output',
      'request-response',
    ])
  })

  it('to another voice takes a session of its own, which is told of it with the rest', () => {
    const { done } = runCall(
      rules,
      r.started,
      r.calls('a', 'hand_off', { agent: 'night' }),
      { type: 'model-ready' },
    )
    expect(done).toEqual([
      { type: 'replace-agent', agent: 'night' },
      { type: 'request-response', request: { kind: 'results' } },
    ])
  })

  it('does not pass a caller round who says nothing', () => {
    const there = [
      r.calls('1', 'hand_off', { agent: 'billing' }),
      r.calls('2', 'hand_off', { agent: 'main' }),
      r.calls('3', 'hand_off', { agent: 'billing' }),
    ]
    const round = runCall(rules, r.started, ...there, r.calls('4', 'hand_off', { agent: 'main' }))
    expect(outputOf(round.done, '4')).toMatch('handed on too often')
    const heard = runCall(
      rules,
      r.started,
      ...there,
      { type: 'caller-turn-ended', itemId: 'u' },
      r.calls('4', 'hand_off', { agent: 'main' }),
    )
    expect(heard.state).toMatchObject({ agent: 'main' })
  })
})

describe('collect_digits', () => {
  const key = (digit: string) => ({ type: 'caller-pressed-key', digit }) as const
  const asked = [r.started, r.calls('a', 'collect_digits', { digits: 3 }), r.ends] as const

  it('gives what was entered as one value, when it is full or ended', () => {
    expect(outputOf(runCall(rules, ...asked, key('1'), key('2'), key('3')).done, 'a'))
      .toBe('The caller entered 123.')
    expect(outputOf(runCall(rules, ...asked, key('1'), key('#')).done, 'a'))
      .toBe('The caller entered 1.')
  })

  it('gives up after a while, counted from the last key', () => {
    const { done } = runCall(
      rules,
      ...asked,
      { ...key('1'), atMs: 10_000 },
      { type: 'tick', atMs: 24_999 },
    )
    expect(outputOf(done, 'a')).toBeUndefined()
    expect(
      outputOf(
        runCall(rules, ...asked, { ...key('1'), atMs: 10_000 }, { type: 'tick', atMs: 25_000 })
          .done,
        'a',
      ),
    ).toBe('The caller entered 1.')
    expect(outputOf(runCall(rules, ...asked, { type: 'tick', atMs: 20_000 }).done, 'a'))
      .toBe('The caller entered nothing.')
  })

  it('waits for a caller who asks something back, and for what the agent answers', () => {
    const asks = [
      ...asked,
      { type: 'caller-started-speaking', itemId: 'u', atMs: 10_000 },
      { type: 'tick', atMs: 16_000 },
      { type: 'caller-stopped-speaking', itemId: 'u', atMs: 17_000 },
      { type: 'tick', atMs: 31_999 },
    ] as const
    expect(outputOf(runCall(rules, ...asks).done, 'a')).toBeUndefined()
    const over = runCall(rules, ...asks, { type: 'tick', atMs: 32_000 })
    expect(outputOf(over.done, 'a')).toBe('The caller entered nothing.')
    const answer = response('r2')
    const { done } = runCall(
      rules,
      ...asks,
      answer.started,
      answer.sends(1_000),
      { ...key('1'), atMs: 40_000 },
      { ...key('#'), atMs: 40_500 },
    )
    expect(outputOf(done, 'a')).toBe('The caller entered 1.')
  })

  it('takes what the caller has begun to enter before it was asked for', () => {
    const early = [key('1'), key('2')] as const
    const { done } = runCall(rules, ...early, ...asked, key('3'))
    expect(outputOf(done, 'a')).toBe('The caller entered 123.')
    expect(done.some(({ type }) => type === 'tell-model')).toBe(false)
    const two = [r.started, r.calls('a', 'collect_digits', { digits: 2 }), r.ends] as const
    const whole = runCall(rules, ...early, ...two)
    expect(outputOf(whole.done, 'a')).toBe('The caller entered 12.')
    expect(whole.state).toMatchObject({ keypad: { is: 'idle' } })
  })

  it('keeps a secret from the model, the transcript and those who watch', () => {
    const { done, state, reports } = runCall(
      rules,
      r.started,
      r.calls('a', 'collect_digits', { entry: 'card' }),
      r.ends,
      key('4'),
      key('2'),
      key('4'),
      key('2'),
    )
    expect(outputOf(done, 'a')).toBe(
      'The caller entered 4 digits, which you are not told; tools may use them as card.',
    )
    expect(state).toMatchObject({ secrets: { card: '4242' } })
    expect(JSON.stringify([done, reports])).not.toMatch(/42/)
    expect(JSON.stringify(state.transcript)).not.toMatch(/42/)
  })
})

describe('a key that nobody asked for', () => {
  const key = (digit: string) => ({ type: 'caller-pressed-key', digit }) as const
  const told = (text: string) => ({ type: 'tell-model', itemId: 'note_1', text })

  it('is told to the agent with those that follow, and answered', () => {
    const { done } = runCall(rules, key('5'), key('#'))
    expect(done).toEqual([
      told('The caller pressed 5# on the keypad.'),
      { type: 'request-response', request: { kind: 'results' } },
    ])
    const paused = runCall(
      rules,
      { ...key('5'), atMs: 100 },
      { ...key('6'), atMs: 1_000 },
      { type: 'tick', atMs: 2_499 },
    )
    expect(paused.done).toEqual([])
    const over = runCall(
      rules,
      { ...key('5'), atMs: 100 },
      { ...key('6'), atMs: 1_000 },
      { type: 'tick', atMs: 2_500 },
    )
    expect(over.done[0]).toEqual(told('The caller pressed 56 on the keypad.'))
  })

  it('stops the agent like a word does', () => {
    const { done } = runCall(rules, r.started, r.sends(3_000), key('5'))
    expect(done.map(({ type }) => type)).toEqual([
      'clear-playback',
      'cancel-response',
      'truncate-item',
    ])
  })

  it('is not lost while the caller speaks, whose turn is answered anyway', () => {
    const { done } = runCall(
      rules,
      { type: 'caller-started-speaking', itemId: 'u' },
      key('5'),
      key('#'),
    )
    expect(done).toEqual([told('The caller pressed 5# on the keypad.')])
  })

  it('does what the file says', () => {
    const keys: Partial<CallRules> = {
      ...rules,
      keys: {
        '0': { is: 'transfer', destination: 'reception' },
        '1': { is: 'say', sentence: 'We are open.' },
        '8': { is: 'hand-off', agent: 'billing' },
        '9': { is: 'end' },
      },
    }
    expect(runCall(keys, key('1')).done).toEqual([
      { type: 'request-response', request: says('We are open.') },
    ])
    expect(runCall(keys, key('9')).done).toEqual([
      { type: 'request-response', request: says('Goodbye.') },
    ])
    expect(runCall(keys, key('8')).done.map(({ type }) => type)).toEqual([
      'tell-model',
      'change-agent',
      'request-response',
    ])
    const transfer = runCall(keys, key('0'), { type: 'tick', atMs: 100 })
    expect(transfer.done).toEqual([
      told('The caller pressed 0 and is being put through to reception.'),
      { type: 'request-response', request: says('One moment.') },
    ])
  })

  it('within an entry is part of it, whatever the file says of it', () => {
    const keys: Partial<CallRules> = { ...rules, keys: { '0': { is: 'end' } } }
    const { done } = runCall(keys, key('5'), key('0'), key('#'))
    expect(done[0]).toEqual(told('The caller pressed 50# on the keypad.'))
  })
})
