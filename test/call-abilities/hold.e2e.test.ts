/** What callers hear while a tool is at work, measured on the sound of their phones: real processes, sockets and servers. */
import { describe, expect, it } from 'vitest'
import { type Segment, speechIn } from '../../src/sim/caller/turns.ts'
import { shareOfTone } from '../support/tone-share.ts'
import { scenariosIn } from '../support/live-part.ts'
import { useLiveStages } from '../support/live-stage.ts'
import { RUNTIME_NAMES } from '../support/servers.ts'

const FOLDER = 'test/call-abilities/hold'
const stageOf = useLiveStages(FOLDER)

describe.each(RUNTIME_NAMES)('a caller who waits for a tool on %s', (name) => {
  const callOf = (scenario: string) => stageOf(name).call(scenario)

  it.each(scenariosIn(FOLDER))('has the call that %s.yaml tells of', async (scenario) => {
    const { failures, stalledMs } = await callOf(scenario)
    expect(failures, `this machine stood still for up to ${Math.round(stalledMs)} ms`).toEqual([])
  })

  it('hears two soft notes, time and again, while a tool hangs', async () => {
    const { outcome: { recording } } = await callOf('tone')
    const [, heard] = recording.channels
    const isNotes = ({ startMs, endMs }: Segment) => {
      const pcm = heard.subarray(startMs * 8, endMs * 8)
      const share = (frequencyHz: number) => shareOfTone({ sampleRateHz: 8000, pcm }, frequencyHz)
      return share(440) + share(550) > 0.8
    }
    expect(speechIn(heard).filter(isNotes).length).toBeGreaterThanOrEqual(2)
  })

  it.each(['interrupted-tone', 'interrupted-filler'])(
    'is heard at once when they speak: %s',
    async (scenario) => {
      const { outcome: { recording }, stalledMs } = await callOf(scenario)
      const [said, heard] = recording.channels
      const [, spoken] = speechIn(said)
      const quietMs = spoken.startMs + 600 + stalledMs
      expect(speechIn(heard.subarray(0, spoken.startMs * 8)).length).toBeGreaterThan(0)
      expect(speechIn(heard.subarray(quietMs * 8, spoken.endMs * 8))).toEqual([])
    },
  )
})
