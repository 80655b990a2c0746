import { describe, expect, test } from 'vitest'
import { route } from '../../src/config/route.ts'
import { customerOf, problemsOf, withLines } from './sources.ts'

const CALLER = '+15550001111'
/** A Wednesday. */
const OPEN_MS = Date.parse('2026-11-25T10:00:00Z')
const CLOSED_MS = Date.parse('2026-11-25T20:00:00Z')

const HOURS = `hours:
  timezone: Europe/Lisbon
  open: { mon-fri: ["09:00-18:00"] }
`

const NIGHT = 'agents: { night: { instructions: You answer at night. } }\n'

const routeOf = (text: string, wallMs: number, from = CALLER) =>
  route({ number: '+15005550006', customer: customerOf(text) }, from, wallMs)

describe('a call', () => {
  test('is answered by the main agent, at any time where there are no hours', () => {
    expect(routeOf(withLines(''), CLOSED_MS)).toEqual({ is: 'answer', agent: 'main' })
    expect(routeOf(withLines(HOURS), OPEN_MS)).toEqual({ is: 'answer', agent: 'main' })
  })

  test('outside the hours is told when somebody is there', () => {
    expect(routeOf(withLines(HOURS), CLOSED_MS)).toEqual({
      is: 'say',
      sentence:
        'We are closed at the moment. Our opening hours are: Monday to Friday 09:00 to 18:00, ' +
        'closed on Saturday and Sunday. Goodbye.',
    })
  })

  test('outside the hours is told what the file says, or answered by another, or put through', () => {
    const closed = (how: string) =>
      routeOf(withLines(`${NIGHT}${HOURS}  closed: ${how}\n`), CLOSED_MS)
    expect(closed('{ say: Fechado. }')).toEqual({ is: 'say', sentence: 'Fechado.' })
    expect(closed('{ agent: night }')).toEqual({ is: 'answer', agent: 'night' })
    const toNumber = { is: 'transfer', to: '+15005550100' }
    expect(closed('{ transfer: "+15005550100" }')).toEqual(toNumber)
    const desk = 'transfer: { destinations: { desk: { to: "client:anna" } } }'
    expect(routeOf(withLines(`${HOURS}  closed: { transfer: desk }\n${desk}\n`), CLOSED_MS))
      .toEqual({ is: 'transfer', to: 'client:anna' })
  })

  test('of someone blocked is rejected, whatever the hour', () => {
    const text = withLines(`${HOURS}blocked: ["+15550001111", "+1900*", anonymous]\n`)
    for (const from of [CALLER, '+19005550123', 'anonymous', 'Restricted', '', '+266696687']) {
      expect([from, routeOf(text, OPEN_MS, from)]).toEqual([from, { is: 'reject' }])
    }
    for (const from of ['+15550001112', '+19', 'client:anonymous', 'sip:unknown@example.com']) {
      expect([from, routeOf(text, OPEN_MS, from).is]).toEqual([from, 'answer'])
    }
    expect(routeOf(text, CLOSED_MS)).toEqual({ is: 'reject' })
  })

  test('of a line that listens goes to a human, and outside the hours to an agent', () => {
    const listening = `customer: Bright Smile Dental
numbers: ["+15005550006"]
listen: { dial: "+15005550100", languages: [pt, en], announce: This call is transcribed. }
`
    const listen = {
      dial: '+15005550100',
      model: 'gpt-transcribe',
      languages: ['pt', 'en'],
      announce: 'This call is transcribed.',
    }
    expect(routeOf(listening, OPEN_MS)).toEqual({ is: 'listen', listen })
    const both =
      `${listening}agent: { instructions: You take messages. }\n${HOURS}  closed: { agent: main }\n`
    expect(routeOf(both, OPEN_MS).is).toBe('listen')
    expect(routeOf(both, CLOSED_MS)).toEqual({ is: 'answer', agent: 'main' })
  })
})

describe('a mistake', () => {
  test('in blocked is shown with what to write', () => {
    expect(problemsOf(withLines('blocked: ["1 500 555 0123", "+*", nobody]\n'))).toEqual([
      '5:11 invalid-number "1 500 555 0123" is neither a phone number in E.164 form, nor the beginning of one, nor anonymous > write "+15005550123"',
      '5:29 invalid-number "+*" is neither a phone number in E.164 form, nor the beginning of one, nor anonymous > write "+15005550123", "+1900*" or anonymous',
      '5:35 invalid-number "nobody" is neither a phone number in E.164 form, nor the beginning of one, nor anonymous > write "+15005550123", "+1900*" or anonymous',
    ])
  })

  test('in whom to put callers through to is shown', () => {
    expect(problemsOf(withLines(`${HOURS}  closed: { transfer: reception }\n`))).toEqual([
      '8:23 unknown-name there is no destination "reception" in this file > write it under transfer.destinations',
    ])
    expect(problemsOf(withLines(`${HOURS}  closed: { transfer: "+15005550006" }\n`))).toEqual([
      '8:23 dial-loop +15005550006 is a number of this customer: the call would come back here > dial a number that a person answers',
    ])
  })

  test('in listen is shown with what to write', () => {
    expect(problemsOf(`customer: A
numbers: ["+15005550006"]
listen: { dial: "+15005550006", languages: [english], anounce: Hello. }
`)).toEqual([
      '3:17 dial-loop +15005550006 is a number of this customer: the call would come back here > dial a number that a person answers',
      '3:45 invalid-language "english" is not a language of two letters (ISO 639-1) > write en, pt, de, ...',
      '3:55 unknown-key unknown key "anounce" in listen > did you mean "announce"?',
    ])
  })

  test('an agent that nobody can reach, or that is needed and missing, is shown', () => {
    expect(problemsOf(withLines('listen: { dial: "+15005550100" }\n'))).toEqual([
      '3:1 key-without-effect agent does nothing beside listen: all calls go to listen.dial > remove it, or let it answer outside the hours: hours.closed.agent',
    ])
    const top = 'customer: A\nnumbers: ["+15005550006"]\n'
    expect(problemsOf(top)).toEqual([
      '1:1 missing-key agent is missing > only a file with listen, whose calls go to a human, needs none',
    ])
    expect(
      problemsOf(
        `${top}${NIGHT}listen: { dial: "+15005550100" }\n${HOURS}  closed: { agent: night }\n`,
      ),
    )
      .toEqual([
        '1:1 missing-key agent is missing > hours.closed.agent needs it: what an agent leaves out is taken from agent',
      ])
  })
})
