import { describe, expect, it } from 'vitest'
import { parseScenario } from '../../src/sim/model/scenario.ts'
import type { ModelSession } from '../../src/sim/model/session.ts'
import { clipOfText } from '../../src/sim/model/clips.ts'
import { clips } from '../sim/model/bundled.ts'
import { startVirtualCall, type VirtualCall } from '../support/virtual-call.ts'

const said = (text: string) => clipOfText(clips, text)?.sound.pcm ?? new Int16Array(0)
const scenarioOf = (turns: string) => parseScenario(`turns:\n${turns}`, 'test.yaml')
const types = (call: VirtualCall) => call.entries.map(({ type }) => type)
const hasLine = (call: VirtualCall, text: RegExp) =>
  call.entries.some((entry) => entry.type === 'line' && text.test(entry.line.text))
const endOf = (call: VirtualCall) =>
  call.entries.flatMap((entry) => entry.type === 'ended' ? [entry.reason] : [])
const items = (session: ModelSession) =>
  session.items().map((item) => {
    if (item.type === 'function_call') return `call ${item.name}`
    if (item.type === 'function_call_output') return `= ${item.output}`
    if (item.type !== 'message') return item.type
    const text = item.content.map((part) => 'text' in part ? part.text : '').join('')
    return `${item.role} ${text}`.trim()
  })

const TRANSFER = `
transfer:
  destinations:
    desk: { to: "+15005550100", timeout: 10s }
    manager: { to: "+15005550101", mode: warm, timeout: 10s, callerId: line }
keys: { "0": { transfer: desk } }
limits: { silence: false }
`

describe('an agent that ends the call', () => {
  it('does so when its goodbye was heard to the end', () => {
    const call = startVirtualCall({
      agent: 'tools: [end_call]',
      scenario: scenarioOf(`
  - items: [{ say: "Goodbye." }, { call: end_call }]`),
    })
    call.line.say(said('Yes, please.'))
    call.until('it is over', () => endOf(call).length > 0)
    expect(endOf(call)).toEqual(['agent-ended'])
    const { playedMs, sentMs } = call.line.record()
    expect(sentMs - playedMs).toBeLessThan(20)
    expect(playedMs).toBeGreaterThan(500)
    expect(call.count()).toBe(0)
  })
})

describe('an agent that puts the caller through', () => {
  const start = (destination: string) =>
    startVirtualCall({
      agent: 'tools: [transfer_call]',
      customer: TRANSFER,
      scenario: scenarioOf(`
  - items:
      - say: One moment, let me look that up.
      - call: transfer_call
        arguments: { destination: ${destination}, summary: Wants a refund. }
  - say: Is there anything else?`),
    })
  const leave = async (call: VirtualCall) => {
    call.line.say(said('Yes, please.'))
    call.until('the stream is left', () => call.line.record().end !== undefined)
    return await call.after()
  }

  it('leaves when it was heard, and is gone when somebody answers', async () => {
    const call = start('desk')
    expect(await leave(call)).toMatchObject({ is: 'transfer', destination: 'desk' })
    expect(types(call)).toContain('transferring')
    expect(call.transferEnded({ is: 'answered' })).toBe(true)
    expect(endOf(call)).toEqual(['transferred'])
    expect(await call.after()).toEqual({ is: 'over' })
  })

  it('speaks with the caller again, in the same session, when nobody does', async () => {
    const call = start('desk')
    await leave(call)
    call.clock.advance(10_000)
    call.transferEnded({ is: 'failed', why: 'no-answer', isBack: true })
    expect(await call.after()).toMatchObject({ is: 'resumed', call: { epoch: 2 } })
    const line = call.openStream()
    call.until('it goes on', () => hasLine(call, /anything else/))
    call.until('it is heard', () => line.record().playedMs > 500)
    expect(call.sessions).toHaveLength(1)
    expect(items(call.sessions[0])).toContain(
      '= The transfer to desk did not work: nobody answers. The caller is back with you. Tell them, and go on.',
    )
  })

  it('has the human called who is to decide, and fetches the caller when they refuse', async () => {
    const call = start('manager')
    await leave(call)
    expect(call.asked).toEqual([{
      to: '+15005550101',
      from: '+15005550006',
      url: 'https://voice.test/twilio/human/CA0123456789abcdef0123456789abcdef',
      statusCallback: 'https://voice.test/twilio/human/CA0123456789abcdef0123456789abcdef/status',
      timeoutS: 10,
    }])
    await call.eventually('the human rings', () => true)
    call.transferEnded({ is: 'failed', why: 'refused', isBack: false })
    await call.eventually('the caller is fetched', () => call.asked.length === 3)
    expect(call.asked.slice(1)).toContainEqual({
      callSid: 'CA0123456789abcdef0123456789abcdef',
      url: 'https://voice.test/twilio/after',
    })
    expect(call.asked.slice(1)).toContainEqual({
      callSid: 'CAfedcba9876543210fedcba9876543210',
      status: 'completed',
    })
    expect(await call.after()).toMatchObject({ is: 'resumed' })
  })

  it('does so for a key of the caller, and says that it does', async () => {
    const call = start('desk')
    call.line.pressKey('0')
    call.until('the stream is left', () => call.line.record().end !== undefined)
    expect(await call.after()).toMatchObject({ is: 'transfer', destination: 'desk' })
    expect(call.line.record().playedMs).toBeGreaterThan(500)
  })
})

describe('an agent that hands the caller on', () => {
  const start = (voice: string) =>
    startVirtualCall({
      agent: 'voice: marin\nhandoffs: [billing]',
      customer: `
agents: { billing: { instructions: You know all invoices., voice: ${voice} } }
limits: { silence: false }
`,
      scenario: scenarioOf(`
  - items: [{ say: "One moment, let me look that up." }, { call: hand_off, arguments: { agent: billing } }]
  - say: Is there anything else?`),
    })

  it('to one with the same voice changes the instructions of the session', () => {
    const call = start('marin')
    call.line.say(said('Yes, please.'))
    call.until('the other speaks', () => hasLine(call, /anything else/))
    expect(call.sessions).toHaveLength(1)
    expect(call.toModel.filter(({ type }) => type === 'session.update')).toHaveLength(2)
    expect(types(call)).toContain('handed-off')
    expect(call.entries.some(({ type }) => type === 'model-complained')).toBe(false)
  })

  it('to another voice opens a session that knows what was said, and what plays is heard to the end', () => {
    const call = start('cedar')
    call.line.say(said('Yes, please.'))
    call.until('there is another session', () => call.sessions.length === 2)
    call.until('the first was heard', () => call.line.record().playedMs > 1_500)
    call.until('the other is told', () => items(call.sessions[1]).length >= 4)
    expect(items(call.sessions[1]).slice(0, 4)).toEqual([
      'user Yes, please.',
      'assistant One moment, let me look that up.',
      'call hand_off',
      '= The caller has been handed on. You are now the agent billing; go on with them.',
    ])
    expect(types(call)).toContain('model-resumed')
  })
})

describe('a key that hands the caller on', () => {
  const BILLING = `
agents: { billing: { instructions: You know all invoices. } }
keys: { "2": { handOff: billing } }
limits: { silence: false }
`
  const instructions = (call: VirtualCall) =>
    call.sessions[call.sessions.length - 1].settings().instructions

  it.each([
    ['its socket opens', { connectMs: 1_000 }],
    ['its settings are taken', { sessionMs: 600 }],
  ])('holds for a session that is just being opened, while %s', (_, scenario) => {
    const call = startVirtualCall({ customer: BILLING, scenario })
    call.clock.advance(50)
    call.line.pressKey('2')
    call.clock.advance(4_000)
    expect(types(call)).toContain('handed-off')
    expect(instructions(call)).toContain('You know all invoices.')
  })

  it('holds for the session that is opened to take over from the present one', () => {
    const call = startVirtualCall({
      customer: BILLING,
      agent: 'greeting: Thanks for calling Bright Smile. How can I help?',
      scenario: [{ maxSessionMs: 60_000 }, { connectMs: 4_000 }],
    })
    call.until('the second session is asked for', () => call.dialled() === 2)
    call.line.pressKey('2')
    call.until('it has taken over', () => types(call).includes('model-renewed'))
    expect(call.sessions).toHaveLength(2)
    expect(instructions(call)).toContain('You know all invoices.')
  })
})

describe('keys', () => {
  it('that the caller presses reach the agent as one entry, and are answered', () => {
    const call = startVirtualCall({ scenario: scenarioOf('  - say: Is there anything else?') })
    call.clock.advance(500)
    for (const key of '425#') {
      call.line.pressKey(key)
      call.clock.advance(200)
    }
    call.until('it is answered', () => hasLine(call, /anything else/))
    expect(items(call.sessions[0])[0]).toBe('system The caller pressed 425# on the keypad.')
  })

  it('that the agent asks for are one value, and go to tools in secret', async () => {
    const seen: unknown[] = []
    const call = startVirtualCall({
      agent: 'tools: [collect_digits]',
      customer: `
keypad: { entries: { card: { digits: 4, secret: true } } }
limits: { silence: false }
`,
      scenario: scenarioOf(`
  - call: collect_digits
    arguments: { entry: card }
  - call: pay
  - say: Is there anything else?`),
      toolbox: {
        tools: [],
        run: (_name, _given, about) => {
          seen.push(about.secrets)
          return Promise.resolve({ output: 'paid', failed: false })
        },
      },
    })
    call.line.say(said('Yes, please.'))
    await call.eventually('it waits', () => types(call).includes('tool-called'))
    for (const key of '4242') {
      call.line.pressKey(key)
      await call.eventually('a moment passes', () => true)
      call.clock.advance(300)
    }
    await call.eventually('it is answered', () => hasLine(call, /anything else/))
    expect(seen).toEqual([{ card: '4242' }])
    expect(JSON.stringify(call.entries)).not.toContain('4242')
    expect(JSON.stringify(items(call.sessions[0]))).not.toContain('4242')
  })

  it('that the agent presses are heard as tones', () => {
    const call = startVirtualCall({
      agent: 'tools: [press_keys]',
      scenario: scenarioOf(`
  - call: press_keys
    arguments: { keys: "5" }
  - say: Is there anything else?`),
    })
    call.line.say(said('Yes, please.'))
    call.until('it goes on', () => hasLine(call, /anything else/))
    expect(types(call)).toContain('tool-returned')
    expect(call.line.record().sentMs).toBeGreaterThan(160)
  })
})
