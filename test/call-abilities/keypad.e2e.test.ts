/** Keys in both directions, as other telephones and menus see them: real processes and sockets. */
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { keysIn } from '../../src/sim/caller/dtmf.ts'
import { keptText } from '../support/engine.ts'
import { scenariosIn } from '../support/live-part.ts'
import { useLiveStages } from '../support/live-stage.ts'
import { OPERATOR_TOKEN, RUNTIME_NAMES, until } from '../support/servers.ts'

const FOLDER = 'test/call-abilities/keypad'
const CARD = '4929123456781234'
const stageOf = useLiveStages(FOLDER)

describe.each(RUNTIME_NAMES)('keys on %s', (name) => {
  const callOf = (scenario: string) => stageOf(name).call(scenario)

  it.each(scenariosIn(FOLDER))('are those of %s.yaml', async (scenario) => {
    const { failures, stalledMs } = await callOf(scenario)
    expect(failures, `this machine stood still for up to ${Math.round(stalledMs)} ms`).toEqual([])
  })

  it('that Twilio presses come between two streams of one session', async () => {
    const { outcome, sessions } = await callOf('press-by-twilio')
    expect(outcome.verbs.map((verb) => verb.verb === 'play' ? verb.digits : verb.verb)).toEqual([
      'connect',
      '1w2#',
      'connect',
    ])
    expect(sessions).toHaveLength(1)
    // In the voice of the agent nothing was pressed besides.
    expect(keysIn(outcome.recording.channels[1])).toBe('')
  })

  it('that are secret reach the tool and nobody else', async () => {
    const { callSid, sessions, entries, story, isRepeated } = await callOf('collect-secret')
    const { service } = stageOf(name)
    expect(story.requests).toMatchObject([{ headers: { 'x-card': CARD } }])
    const record = async () => {
      const response = await fetch(`${service.url}/api/v1/calls/${callSid}/transcript`, {
        headers: { authorization: `Bearer ${OPERATOR_TOKEN}` },
      })
      return await response.text()
    }
    await until('the call is on record', async () => (await record()).includes('on file'))
    const places = {
      model: JSON.stringify(sessions.map((session) => session.items())),
      feed: JSON.stringify(entries),
      log: service.log(),
      record: await record(),
      // A call before may have got keys that nobody had asked for, because it stood still.
      ...(isRepeated ? {} : { data: await keptText(join(dirname(service.configFolder), 'data')) }),
    }
    for (const [place, text] of Object.entries(places)) {
      expect([place, text.length > 100]).toEqual([place, true])
      expect([place, text.includes(CARD)]).toEqual([place, false])
      // Nor one key after the other.
      expect([place, keysOf(text).includes(CARD)]).toEqual([place, false])
    }
  })

  it('that are pressed while the agent speaks stop it at once', async () => {
    const { outcome, events, stalledMs } = await callOf('keys-during-speech')
    const [pressed] = events.flatMap((event) =>
      event.event === 'acted' && event.act.event === 'pressed' ? [event.act.atMs] : []
    )
    expect(outcome.clears[0].atMs - pressed).toBeLessThan(150 + stalledMs)
  })
})

/** The keys that are reported one by one. */
const keysOf = (text: string): string =>
  [...text.matchAll(/"digit":"(.)"/g)].map(([, digit]) => digit).join('')
