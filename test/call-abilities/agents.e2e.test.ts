/** Callers who are handed on to another agent of the file, and ends that are heard: real processes and sockets. */
import { describe, expect, it } from 'vitest'
import { speechIn } from '../../src/sim/caller/turns.ts'
import { scenariosIn } from '../support/live-part.ts'
import { useLiveStages } from '../support/live-stage.ts'
import { RUNTIME_NAMES } from '../support/servers.ts'

const FOLDER = 'test/call-abilities/agents'
const stageOf = useLiveStages(FOLDER)

describe.each(RUNTIME_NAMES)('agents of a file on %s', (name) => {
  const callOf = (scenario: string) => stageOf(name).call(scenario)

  it.each(scenariosIn(FOLDER))('have the call that %s.yaml tells of', async (scenario) => {
    const { failures, stalledMs } = await callOf(scenario)
    expect(failures, `this machine stood still for up to ${Math.round(stalledMs)} ms`).toEqual([])
  })

  it('share a session where their voice is the same', async () => {
    const { sessions, outcome } = await callOf('and-back')
    expect([sessions.length, outcome.streams.length]).toEqual([1, 1])
    expect(sessions[0].settings().instructions).toContain('You answer the phone of a restaurant.')
  })

  it('have a session each where it differs, and the second knows what was said', async () => {
    const { sessions, outcome } = await callOf('another-voice')
    expect(outcome.streams).toHaveLength(1)
    expect(sessions.map((session) => session.settings().audio.output.voice)).toEqual([
      'marin',
      'cedar',
    ])
    const [, second] = sessions
    expect(second.settings().instructions).toContain('You answer questions about invoices.')
    expect(JSON.stringify(second.items())).toContain('Yes, please.')
    expect(JSON.stringify(second.items())).toContain('You are now the agent billing')
  })

  it('are heard to the end of their goodbye before the line is closed', async () => {
    const { outcome } = await callOf('end')
    const clip = stageOf(name).service.clips.find((each) => each.name === 'agent-booked')
    const [, heard] = outcome.recording.channels
    expect(spokenMs(heard)).toBeGreaterThan(spokenMs(clip?.sound.pcm) - 30)
    expect(outcome.clears).toEqual([])
    expect(outcome.verbs.map(({ verb }) => verb)).toEqual(['connect', 'hangup'])
  })
})

/** From the first sound of speech to the last, in ms. */
const spokenMs = (pcm: Int16Array = new Int16Array(0)): number => {
  const spoken = speechIn(pcm)
  return (spoken.at(-1)?.endMs ?? 0) - (spoken.at(0)?.startMs ?? 0)
}
