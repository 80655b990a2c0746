/** Stories of calls at random: anything in any order, or an agent with tools that does a lot. */
import fc from 'fast-check'
import type { Happening } from '../../src/call/events.ts'
import type { CallRules } from '../../src/call/rules.ts'
import { RULES as QUIET_RULES } from './rules.ts'

/** What happens, each thing so many ms after the one before. */
export type Story = readonly [Happening, number][]

const MAIN = {
  ...QUIET_RULES.agents.main,
  actions: ['end_call', 'transfer_call', 'press_keys', 'collect_digits', 'hand_off'] as const,
  fillers: { find: 'One moment.' },
  handoffs: ['other', 'main'],
}
/** Rules of a call in which the agent may do everything. */
export const ACTIONS: Partial<CallRules> = {
  agents: { main: MAIN, other: { ...MAIN, sessionKey: 'another voice' } },
  destinations: { desk: { mode: 'warm', timeoutMs: 5_000 } },
  keys: { '0': { is: 'transfer', destination: 'desk' } },
  keypadEntries: {
    pin: {
      name: 'pin',
      leastDigits: 2,
      mostDigits: 4,
      terminator: '#',
      timeoutMs: 5_000,
      isSecret: true,
    },
  },
}

const id = fc.constantFrom('a', 'b', 'c')
const part = fc.record({ responseId: id, itemId: id, contentIndex: fc.constantFrom(0, 1) })
const happening: fc.Arbitrary<Happening> = fc.oneof(
  fc.constantFrom<Happening>(
    { type: 'caller-connected' },
    { type: 'model-ready' },
    { type: 'tick' },
    { type: 'model-complained', code: 'conversation_already_has_active_response', problem: '' },
    { type: 'caller-pressed-key', digit: '5' },
    { type: 'model-interrupted', cause: 'close-1006' },
    { type: 'model-ready', expiresInMs: 20_000 },
    { type: 'reserve-ready', expiresInMs: 20_000 },
    { type: 'reserve-failed', cause: 'close-1006' },
    { type: 'stream-lost' },
    { type: 'stream-asked' },
    { type: 'hold-sent', sentMs: 1_000 },
    { type: 'hand-over', isForced: false },
  ),
  id.map((itemId): Happening => ({ type: 'caller-started-speaking', itemId })),
  id.map((itemId): Happening => ({ type: 'caller-stopped-speaking', itemId })),
  fc.tuple(id, fc.option(id, { nil: undefined })).map(([itemId, previousItemId]): Happening => ({
    type: 'caller-turn-ended',
    itemId,
    previousItemId,
  })),
  fc.tuple(id, fc.string(), fc.boolean()).map(([itemId, text, final]): Happening => ({
    type: 'caller-words',
    itemId,
    text,
    final,
  })),
  fc.tuple(part, fc.string(), fc.boolean()).map(([part, text, final]): Happening => ({
    type: 'agent-words',
    ...part,
    text,
    final,
  })),
  id.map((responseId): Happening => ({ type: 'agent-response-started', responseId })),
  id.map((responseId): Happening => ({
    type: 'agent-response-ended',
    responseId,
    status: 'completed',
  })),
  fc.tuple(part, fc.integer({ min: 1, max: 50 })).map(([part, frames]): Happening => ({
    type: 'agent-audio-sent',
    ...part,
    sentMs: frames * 20,
    modelMs: frames * 20,
  })),
  part.map((part): Happening => ({ type: 'agent-audio-refused', ...part })),
  part.map((part): Happening => ({ type: 'agent-audio-ended', ...part })),
  fc.integer({ min: 0, max: 12 }).map((mark): Happening => ({
    type: 'mark-echoed',
    name: `m${mark}`,
  })),
)
const toolCallId = fc.constantFrom('t1', 't2', 't3', 't4', 't5', 't6')
/** What an agent with tools does, with little else in between. */
const deed: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 4,
    arbitrary: id.map((responseId): Happening => ({
      type: 'agent-response-started',
      responseId,
    })),
  },
  {
    weight: 3,
    arbitrary: id.map((responseId): Happening => ({
      type: 'agent-response-ended',
      responseId,
      status: 'completed',
    })),
  },
  {
    weight: 5,
    arbitrary: fc.record({
      responseId: id,
      toolCallId,
      name: fc.constantFrom(
        'find',
        'find',
        'end_call',
        'transfer_call',
        'press_keys',
        'collect_digits',
        'hand_off',
      ),
      given: fc.constantFrom(
        '{}',
        '{"destination":"desk","keys":"1#","agent":"other","entry":"pin"}',
        '{"destination":"boss","digits":2}',
        'no json',
      ),
    }).map((call): Happening => ({
      type: 'agent-called-tool',
      itemId: `item_${call.toolCallId}`,
      ...call,
    })),
  },
  {
    weight: 4,
    arbitrary: toolCallId.map((toolCallId): Happening => ({
      type: 'tool-returned',
      toolCallId,
      output: 'done',
      failed: false,
    })),
  },
  {
    weight: 1,
    arbitrary: toolCallId.map((toolCallId): Happening => ({
      type: 'keys-sent',
      toolCallId,
      sentMs: 320,
    })),
  },
  {
    weight: 6,
    arbitrary: fc.constantFrom<Happening>(
      { type: 'tick' },
      { type: 'caller-pressed-key', digit: '5' },
      { type: 'caller-pressed-key', digit: '#' },
      { type: 'agent-about-to-speak' },
      { type: 'agent-used-remote-tool', itemId: 'mcp', stage: 'called', responseId: 'r1' },
      { type: 'agent-used-remote-tool', itemId: 'mcp', stage: 'running' },
      { type: 'agent-used-remote-tool', itemId: 'mcp', stage: 'over', output: 'done' },
      { type: 'agent-asked-approval', requestId: 'a', server: 's', name: 'find', given: '{}' },
      { type: 'remote-tools-missing', server: 's' },
      { type: 'model-interrupted', cause: 'close-1006' },
      { type: 'model-ready' },
      { type: 'model-complained', code: 'conversation_already_has_active_response', problem: '' },
    ),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Happening>(
      { type: 'caller-pressed-key', digit: '0' },
      { type: 'stream-lost' },
      { type: 'stream-asked' },
      { type: 'caller-connected' },
      { type: 'transfer-answered' },
      { type: 'transfer-failed', why: 'busy', isBack: false },
      { type: 'caller-hung-up' },
      { type: 'message-asked', sentence: 'Please call back.' },
    ),
  },
  {
    weight: 2,
    arbitrary: id.map((itemId): Happening => ({ type: 'caller-started-speaking', itemId })),
  },
  {
    weight: 2,
    arbitrary: id.map((itemId): Happening => ({ type: 'caller-stopped-speaking', itemId })),
  },
  {
    weight: 2,
    arbitrary: fc.tuple(part, fc.integer({ min: 1, max: 20 })).map((
      [part, frames],
    ): Happening => ({
      type: 'agent-audio-sent',
      ...part,
      sentMs: frames * 20,
      modelMs: frames * 20,
    })),
  },
)
/** What happens to an agent that does a lot. */
export const busyStory: fc.Arbitrary<Story> = fc.array(
  fc.tuple(deed, fc.integer({ min: 0, max: 900 })),
  {
    minLength: 20,
    maxLength: 80,
  },
)
  .map((
    deeds,
  ): [Happening, number][] => [
    [{ type: 'model-ready' }, 1],
    [{ type: 'caller-connected' }, 1],
    ...deeds,
  ])
/** Whatever may happen to a call. */
export const story: fc.Arbitrary<Story> = fc.array(
  fc.tuple(happening, fc.integer({ min: 0, max: 900 })),
  { maxLength: 120 },
)
