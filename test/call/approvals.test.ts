import { describe, expect, it } from 'vitest'
import type { Happening, RemoteToolUse } from '../../src/call/events.ts'
import { outputOf, response, runCall } from './call-runner.ts'
import { RULES } from './rules.ts'

const AGENTS = { main: { ...RULES.agents.main, actions: ['answer_approval' as const] } }
const run = (...happenings: readonly (Happening & { atMs?: number })[]) =>
  runCall({ agents: AGENTS }, ...happenings)

const [one, two, three] = [response('r1'), response('r2'), response('r3')]
const uses = (stage: RemoteToolUse['stage'], more: Partial<RemoteToolUse> = {}) =>
  ({ type: 'agent-used-remote-tool', itemId: 'mcp_1', stage, ...more }) as const
const called = uses('called', { responseId: 'r1', name: 'cancel', given: '{"id":7}' })
const asked = {
  type: 'agent-asked-approval',
  requestId: 'mcpr_1',
  server: 'crm',
  name: 'cancel',
  given: '{"id":7}',
} as const
const RESULTS = { type: 'request-response', request: { kind: 'results' } } as const
const TOLD = {
  type: 'tell-model',
  itemId: 'note_1',
  text: 'cancel of "crm" is used with {"id":7} only if the caller allows it. ' +
    'Ask them in one plain sentence whether you may. ' +
    'When they have answered, call answer_approval; do not use the tool again meanwhile.',
} as const
const answers = (approve: boolean, reason: string) => ({
  type: 'answer-approval',
  requestId: 'mcpr_1',
  approve,
  reason,
})
const spoken = [two.started, two.sends(200), two.audioEnds, two.ends] as const
const speaks = { type: 'caller-started-speaking', itemId: 'item_c' } as const
const isSilent = { type: 'caller-stopped-speaking', itemId: 'item_c' } as const
/** The model wants to cancel, is told to ask, and the caller hears nothing of it yet. */
const unasked = [one.started, called, asked, one.ends, two.started, two.ends] as const
/** It asks; the caller says something. */
const question = [one.started, called, asked, one.ends, ...spoken, speaks, isSilent] as const
const says = (approve: unknown) =>
  three.calls('t1', 'answer_approval', { approve, reason: 'Yes, please.' })
/** What is done after the question, over which the caller speaks. */
const after = ({ done }: ReturnType<typeof run>) => done.slice(4)
const types = ({ done }: ReturnType<typeof run>) => done.map(({ type }) => type)

describe('what the caller must allow', () => {
  it('is asked by the agent, in an answer of its own', () => {
    expect(run(...unasked).done).toEqual([TOLD, RESULTS])
  })

  it('is asked once, whichever comes first: the call or the request', () => {
    const late = run(one.started, asked, called, asked, one.ends)
    expect(late.done).toEqual([TOLD, RESULTS])
    expect(late.state).toMatchObject({ tools: [], approvals: [{ toolCallId: 'mcp_1' }] })
  })

  it('is done when the caller says yes, and answered once it is there', () => {
    const yes = [...question, three.started, says(true), three.ends] as const
    const before = run(...yes)
    expect(after(before)).toEqual([
      answers(true, 'Yes, please.'),
      {
        type: 'return-output',
        toolCallId: 't1',
        output: 'Allowed. It is being done; you are told what came of it.',
      },
    ])
    const over = run(...yes, uses('running'), uses('over', { output: 'Cancelled.' }))
    expect(after(over).slice(2)).toEqual([RESULTS])
    expect(over.state).toMatchObject({ tools: [], approvals: [] })
    // The caller hears that the line is alive while it is done.
    expect(types(run(...yes, { type: 'tick', atMs: 1_300 })).at(-1)).toBe('play-hold')
  })

  it('is not done when the caller says no, which the agent answers', () => {
    const no = run(...question, three.started, says(false), three.ends)
    expect(after(no)).toEqual([
      answers(false, 'Yes, please.'),
      { type: 'return-output', toolCallId: 't1', output: 'It is not done. Go on without it.' },
      RESULTS,
    ])
    expect(no.state).toMatchObject({
      transcript: [
        { speaker: 'note' },
        { tool: { name: 'answer_approval', failed: false } },
        { tool: { name: 'cancel', failed: true }, text: 'Not done: it was not allowed.' },
      ],
    })
  })

  it('is not done before the agent has asked, and the caller has said something after that', () => {
    const early = (...before: readonly Happening[]) =>
      run(one.started, called, asked, one.ends, ...before, three.started, says(true), three.ends)
    for (const call of [early(), early(speaks, isSilent), early(...spoken)]) {
      expect(types(call)).not.toContain('answer-approval')
      expect(outputOf(call.done, 't1'))
        .toBe('The caller has not answered yet. Ask them, and wait for what they say.')
    }
    expect(types(early(...spoken, { type: 'caller-pressed-key', digit: '1' })))
      .toContain('answer-approval')
  })

  it('is not done when the agent tells no clear answer', () => {
    const unclear = run(...question, three.started, says('maybe'), three.ends)
    expect(outputOf(unclear.done, 't1'))
      .toBe('approve must be true or false: what the caller said.')
    expect(types(unclear)).not.toContain('answer-approval')
  })

  it('is refused after a minute, and the model is told', () => {
    expect(types(run(...unasked, { type: 'tick', atMs: 60_000 }))).not.toContain('answer-approval')
    const late = run(...unasked, { type: 'tick', atMs: 60_010 })
    expect(late.done.slice(2)).toEqual([
      answers(false, 'The caller did not say.'),
      {
        type: 'tell-model',
        itemId: 'note_2',
        text: 'cancel was not allowed within 60 s and is not done.',
      },
    ])
    const tooLate = run(
      ...unasked,
      { type: 'tick', atMs: 60_010 },
      three.started,
      says(true),
    )
    expect(outputOf(tooLate.done, 't1')).toMatch(/^Nothing waits to be allowed\./)
  })

  it('one thing after the other: the second is asked when the first is answered', () => {
    const other = { ...asked, requestId: 'mcpr_2', name: 'remove' }
    const both = run(one.started, called, asked, other, one.ends, two.started, two.ends)
    expect(both.done).toEqual([TOLD, RESULTS])
    const next = run(
      one.started,
      called,
      asked,
      other,
      one.ends,
      two.started,
      two.ends,
      three.started,
      says(false),
      three.ends,
    )
    expect(types(next).slice(2)).toEqual([
      'answer-approval',
      'tell-model',
      'return-output',
      'request-response',
    ])
  })

  it('is refused at once where the agent has nobody to ask', () => {
    expect(runCall({}, one.started, called, asked, one.ends).done)
      .toEqual([answers(false, 'Nobody can be asked.')])
  })

  it('is not done when the session breaks first, and the next one may ask again', () => {
    const lost = run(...question, { type: 'model-interrupted', cause: 'close-1006' }, {
      type: 'model-ready',
    })
    expect(lost.state).toMatchObject({ approvals: [] })
    expect(lost.reports).toContainEqual({
      type: 'line',
      line: expect.objectContaining({
        speaker: 'note',
        text: 'cancel was not done: the connection broke before it was allowed. ' +
          'If the caller wants it, use it again, and ask them again when you are told to.',
      }),
    })
    expect(types(lost)).not.toContain('answer-approval')
  })

  it('is not done when the caller hangs up', () => {
    const over = run(...question, { type: 'caller-hung-up' })
    expect(after(over).map(({ type }) => type)).toEqual(['end-call'])
    expect(over.state).toMatchObject({ transcript: [{ speaker: 'note' }] })
  })

  it('is refused when another agent goes on', () => {
    const agents = {
      main: { ...AGENTS.main, actions: [...AGENTS.main.actions, 'hand_off' as const] },
      other: AGENTS.main,
    }
    const call = three.calls('t1', 'hand_off', { agent: 'other' })
    const rules = { agents: { ...agents, main: { ...agents.main, handoffs: ['other'] } } }
    const handed = runCall(rules, ...question, three.started, call, three.ends)
    expect(after(handed).slice(0, 2)).toEqual([
      answers(false, 'The caller was handed on.'),
      { type: 'change-agent', agent: 'other' },
    ])
  })

  it('keeps a session from being renewed at a quiet moment', () => {
    const expires = { type: 'model-ready', expiresInMs: 1_000_000 } as const
    const interrupted = { type: 'model-interrupted', cause: 'x' } as const
    const quiet = run(interrupted, expires, { type: 'tick', atMs: 800_000 })
    expect(types(quiet)).toContain('open-reserve')
    const asking = [one.started, called, { ...asked, atMs: 790_000 }, one.ends, two.started]
    const waiting = run(interrupted, expires, ...asking, two.ends, { type: 'tick', atMs: 800_000 })
    expect(types(waiting)).not.toContain('open-reserve')
  })
})
