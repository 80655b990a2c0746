/** Callers put through to humans: real processes and sockets, a Twilio that rings the phones, a model that asks for it. */
import { describe, expect, it } from 'vitest'
import type { LiveCall } from '../support/live-call.ts'
import { scenariosIn } from '../support/live-part.ts'
import { useLiveStages } from '../support/live-stage.ts'
import { RUNTIME_NAMES } from '../support/servers.ts'

const FOLDER = 'test/call-abilities/transfer'
const stageOf = useLiveStages(FOLDER)

describe.each(RUNTIME_NAMES)('a caller who is put through on %s', (name) => {
  const callOf = (scenario: string) => stageOf(name).call(scenario)

  it.each(scenariosIn(FOLDER))('has the call that %s.yaml tells of', async (scenario) => {
    const { failures, stalledMs } = await callOf(scenario)
    expect(failures, `this machine stood still for up to ${Math.round(stalledMs)} ms`).toEqual([])
  })

  it('hears the whole sentence before, and talks to whoever answers', async () => {
    const { outcome, heardCalls, rang: [human], callSid } = await callOf('cold-taken')
    expect(outcome.verbs.map(({ verb }) => verb)).toEqual(['connect', 'dial', 'hangup'])
    expect([...heardCalls]).toEqual([human.call.parties.callSid])
    expect(human.call.parties).toMatchObject({ from: '+15550001111', parentCallSid: callSid })
    expect(human.status()).toBe('completed')
  })

  it('comes back on a second stream of the same session when nobody answers', async () => {
    for (const scenario of ['cold-nobody', 'warm-nobody', 'warm-refused']) {
      const { sessions, outcome, heardCalls } = await callOf(scenario)
      expect([scenario, sessions.length, outcome.streams.length]).toEqual([scenario, 1, 2])
      expect([...heardCalls]).toEqual([])
    }
  })

  it('hears music while a human hears what it is about', async () => {
    for (const scenario of ['warm-taken', 'warm-refused']) {
      const call = await callOf(scenario)
      expect(heardFromTwilio(call)).toEqual(['hold music'])
      const [human] = call.rang
      const said = human.call.events.flatMap((event) =>
        event.event === 'verb' && event.verb.verb === 'say' ? [event.verb.text] : []
      )
      expect(said).toEqual([expect.stringContaining('Wants a table for four.')])
    }
  })

  it('meets the human who has taken the call, and nobody before', async () => {
    const { heardCalls, rang: [human] } = await callOf('warm-taken')
    expect([...heardCalls]).toEqual([human.call.parties.callSid])
    expect(human.call.parties.from).toMatch(/^\+15\d\d5550006$/)
  })

  it('leaves no phone ringing when nobody answers', async () => {
    for (const scenario of ['cold-nobody', 'warm-nobody']) {
      const { rang: [human] } = await callOf(scenario)
      expect(['no-answer', 'canceled', 'completed']).toContain(human.status())
    }
  })
})

const heardFromTwilio = ({ events }: LiveCall): readonly string[] =>
  events.flatMap((event) => event.event === 'heard' && event.from === 'twilio' ? [event.what] : [])
