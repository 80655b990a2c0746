import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js'
import { describe, expect, it } from 'vitest'
import {
  askForKey,
  conference,
  connectStream,
  dial,
  hangUp,
  play,
  pressKeys,
  redirect,
  reject,
  say,
  startStream,
  twiml,
} from '../../src/twilio/twiml.ts'

/** Twilio's own builder says what is meant. */
const twilios = (build: (response: InstanceType<typeof VoiceResponse>) => void): string => {
  const response = new VoiceResponse()
  build(response)
  return response.toString()
}

describe('twiml()', () => {
  it('joins a call to a stream as the twilio package would', () => {
    const ours = twiml(connectStream({
      url: 'wss://voice.example.com/twilio/media/m1/CA1',
      action: 'https://voice.example.com/twilio/after?a=1&b=2',
      statusCallback: 'https://voice.example.com/twilio/stream-status',
      parameters: { token: 'a"b<c&d' },
    }))
    expect(ours).toBe(twilios((response) => {
      const connect = response.connect({ action: 'https://voice.example.com/twilio/after?a=1&b=2' })
      const stream = connect.stream({
        url: 'wss://voice.example.com/twilio/media/m1/CA1',
        statusCallback: 'https://voice.example.com/twilio/stream-status',
      })
      stream.parameter({ name: 'token', value: 'a"b<c&d' })
    }))
  })

  it('lets a stream listen in on both sides as the twilio package would', () => {
    const ours = twiml(startStream({
      url: 'wss://voice.example.com/twilio/media/m1/CA1',
      statusCallback: 'https://voice.example.com/twilio/stream-status',
      parameters: { token: 'a"b<c&d' },
    }))
    expect(ours).toBe(twilios((response) => {
      const stream = response.start().stream({
        url: 'wss://voice.example.com/twilio/media/m1/CA1',
        track: 'both_tracks',
        statusCallback: 'https://voice.example.com/twilio/stream-status',
      })
      stream.parameter({ name: 'token', value: 'a"b<c&d' })
    }))
  })

  it('refuses, speaks and hangs up as the twilio package would', () => {
    expect(twiml(reject('busy'))).toBe(twilios((response) => response.reject({ reason: 'busy' })))
    expect(twiml(say('Sorry, 5 < 6 & so.'), hangUp())).toBe(twilios((response) => {
      response.say('Sorry, 5 < 6 & so.')
      response.hangup()
    }))
  })

  it('dials numbers, SIP addresses, browsers and queues as the twilio package would', () => {
    expect(twiml(dial('+351210000000')))
      .toBe(twilios((response) => response.dial().number('+351210000000')))
    expect(twiml(dial('sip:desk@example.com')))
      .toBe(twilios((response) => response.dial().sip('sip:desk@example.com')))
    expect(twiml(dial('client:anna')))
      .toBe(twilios((response) => response.dial().client('anna')))
    expect(twiml(dial('queue:support')))
      .toBe(twilios((response) => response.enqueue('support')))
  })

  it('says how somebody is called as the twilio package would', () => {
    const how = {
      action: 'https://voice.example.com/twilio/transferred',
      timeoutS: 20,
      callerId: '+15005550006',
      statusCallback: 'https://voice.example.com/twilio/human/CA1/status',
    }
    expect(twiml(dial('+351210000000', how))).toBe(twilios((response) => {
      const { action, callerId, statusCallback } = how
      response.dial({ action, timeout: 20, callerId })
        .number({ statusCallback, statusCallbackEvent: ['answered'] }, '+351210000000')
    }))
    expect(twiml(dial('queue:support', how)))
      .toBe(twilios((response) => response.enqueue({ action: how.action }, 'support')))
  })

  it('opens rooms, asks for a key and presses keys as the twilio package would', () => {
    expect(twiml(conference('room', { action: '/over', timeLimitS: 90, waits: true })))
      .toBe(twilios((response) =>
        response.dial({ action: '/over', timeLimit: 90 }).conference({
          beep: 'false',
          startConferenceOnEnter: false,
          endConferenceOnExit: true,
        }, 'room')
      ))
    expect(twiml(askForKey('Press 1.', '/decision', 8))).toBe(
      twilios((response) =>
        response.gather({ numDigits: 1, timeout: 8, action: '/decision' }).say('Press 1.')
      ),
    )
    expect(twiml(pressKeys('12w#')))
      .toBe(twilios((response) => response.play({ digits: '12w#' })))
  })

  it('plays a sound and goes elsewhere as the twilio package would', () => {
    const sound = 'https://voice.example.com/hold.wav?a=1&b=2'
    const next = 'https://voice.example.com/twilio/after#rc=5&rp=all'
    expect(twiml(play(sound, 3), redirect(next))).toBe(twilios((response) => {
      response.play({ loop: 3 }, sound)
      response.redirect(next)
    }))
  })

  it('escapes all that could end a text or an attribute', () => {
    expect(say('a "b" <c> & d')).toBe('<Say>a &quot;b&quot; &lt;c&gt; &amp; d</Say>')
  })
})
