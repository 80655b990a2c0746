import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { guardSocket, type SocketEvents } from '../../src/runtime/socket.ts'
import { createEar } from './ear.ts'

/** A runtime's socket that does nothing, and a list of what it was told. */
const createRaw = () => {
  const told: string[] = []
  return {
    told,
    raw: {
      send: (text: string) => {
        told.push(`send ${text}`)
        return text !== 'too much'
      },
      close: (code: number, reason: string) => void told.push(`close ${code} ${reason}`.trimEnd()),
      terminate: () => void told.push('terminate'),
      bufferedBytes: () => 17,
    },
  }
}

/** A socket that a peer opened to us: who listens is asked once it is open. */
const createAccepted = (listener: Partial<SocketEvents> = {}) => {
  const { raw, told } = createRaw()
  const ear = createEar()
  const guarded = guardSocket(raw, 20, () => ({ ...ear, ...listener }))
  return { ...guarded, told, heard: ear.told }
}

/** A socket that we open: someone listens from the start. */
const createConnecting = () => {
  const { raw, told } = createRaw()
  const ear = createEar()
  return { ...guardSocket(raw, 20, () => ear, ear), told, heard: ear.told }
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
})
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

describe('a socket', () => {
  test('is opened once, heard, and closed once', () => {
    const { opened, message, closed, heard } = createAccepted()
    opened()
    opened()
    message('hello')
    closed(1000, 'bye')
    closed(1005, '')
    closed(1006, '')
    expect(heard).toEqual(['opened', 'message hello', 'closed 1000 bye'])
  })

  test('says nothing after its close', () => {
    const { opened, message, closed, heard } = createAccepted()
    opened()
    closed(1001, '')
    message('late')
    opened()
    expect(heard).toEqual(['opened', 'closed 1001'])
  })

  test('says nothing before it is open', () => {
    const { message, opened, heard } = createAccepted()
    message('early')
    opened()
    expect(heard).toEqual(['opened'])
  })

  test('that nobody has opened yet is closed without a listener', () => {
    const { closed, opened, heard } = createAccepted()
    closed(1006, '')
    opened()
    expect(heard).toEqual([])
  })

  test('that we open is lost before it was open: only the close is told', () => {
    const { closed, opened, heard } = createConnecting()
    closed(1006, 'ECONNREFUSED')
    opened()
    expect(heard).toEqual(['closed 1006 ECONNREFUSED'])
  })

  test('says with which status its handshake was refused', async () => {
    const { raw } = createRaw()
    const ear = createEar()
    guardSocket(raw, 20, () => ear, ear).closed(1006, 'HTTP 429', 429)
    expect(await ear.whenClosed).toEqual({ code: 1006, reason: 'HTTP 429', httpStatus: 429 })
  })

  test('calls every loss 1006', () => {
    for (const code of [0, 1006]) {
      const { opened, closed, heard } = createAccepted()
      opened()
      closed(code, '')
      expect(heard).toEqual(['opened', 'closed 1006'])
    }
  })

  test.each([new Uint8Array(3), new ArrayBuffer(3), new Blob([]), null, undefined, 7])(
    'does not hear what is no text: %o',
    (data) => {
      const { opened, message, heard, told } = createAccepted()
      opened()
      message(data)
      expect(heard).toEqual(['opened'])
      expect(told).toEqual([])
    },
  )

  test('is closed for a message over the limit, and that message is not heard', () => {
    const { opened, message, heard, told } = createAccepted()
    opened()
    message('x'.repeat(20))
    message('x'.repeat(21))
    message('more')
    expect(heard).toEqual(['opened', `message ${'x'.repeat(20)}`])
    expect(told).toEqual(['close 4009 message too big'])
  })
})

describe('send()', () => {
  test('says whether the message was taken', () => {
    const { socket, opened, told } = createAccepted()
    expect(socket.send('early')).toBe(false)
    opened()
    expect(socket.send('hello')).toBe(true)
    expect(socket.send('too much')).toBe(false)
    expect(told).toEqual(['send hello', 'send too much'])
    expect(socket.bufferedBytes()).toBe(17)
  })

  test('is refused once a close was asked for or has come', () => {
    const closing = createAccepted()
    closing.opened()
    closing.socket.close()
    expect(closing.socket.send('late')).toBe(false)
    const closed = createAccepted()
    closed.opened()
    closed.closed(1000, '')
    expect(closed.socket.send('late')).toBe(false)
    expect([...closing.told, ...closed.told]).toEqual(['close 1000'])
  })
})

describe('close()', () => {
  test('closes once, and what the peer answers does not change the reason', () => {
    for (const answer of [4001, 1005, 1006, 0]) {
      const { socket, opened, closed, told, heard } = createAccepted()
      opened()
      socket.close(4001, 'done')
      socket.close(4002, 'again')
      expect(heard).toEqual(['opened'])
      closed(answer, answer === 4001 ? 'done' : '')
      expect(told).toEqual(['close 4001 done'])
      expect(heard).toEqual(['opened', 'closed 4001 done'])
    }
  })

  test('yields to a peer who closed at the same moment with a code of its own', () => {
    const { socket, opened, closed, heard } = createAccepted()
    opened()
    socket.close(4001, 'done')
    closed(4002, 'mine')
    expect(heard).toEqual(['opened', 'closed 4002 mine'])
  })

  test('does nothing after the end', () => {
    const { socket, opened, closed, told } = createAccepted()
    opened()
    closed(1000, '')
    socket.close()
    socket.terminate()
    expect(told).toEqual([])
  })

  test('hears no more messages', () => {
    const { socket, opened, message, heard } = createAccepted()
    opened()
    socket.close()
    message('late')
    expect(heard).toEqual(['opened'])
  })

  test('ends a socket that is still connecting, as lost', () => {
    const { socket, opened, closed, told, heard } = createConnecting()
    socket.close(4001, 'changed my mind')
    opened()
    closed(0, '')
    expect(told).toEqual(['close 4001 changed my mind'])
    expect(heard).toEqual(['closed 1006'])
  })

  test('waits 2 s for the answer of the peer and then tears the socket', () => {
    const { socket, opened, told, heard } = createAccepted()
    opened()
    socket.close(4001, 'done')
    vi.advanceTimersByTime(1_999)
    expect(heard).toEqual(['opened'])
    vi.advanceTimersByTime(1)
    expect(told).toEqual(['close 4001 done', 'terminate'])
    expect(heard).toEqual(['opened', 'closed 1006 terminated'])
  })

  test('leaves no timer behind when the peer answers', () => {
    const { socket, opened, closed, told } = createAccepted()
    opened()
    socket.close()
    closed(1000, '')
    expect(vi.getTimerCount()).toBe(0)
    expect(told).toEqual(['close 1000'])
  })
})

describe('terminate()', () => {
  test('ends the socket at once, and what the runtime reports later is not told', () => {
    const { socket, opened, closed, told, heard } = createAccepted()
    opened()
    socket.terminate()
    expect(told).toEqual(['terminate'])
    expect(heard).toEqual(['opened', 'closed 1006 terminated'])
    socket.terminate()
    closed(1006, '')
    expect(told).toEqual(['terminate'])
    expect(heard).toHaveLength(2)
  })

  test('does not wait for a close that was asked for', () => {
    const { socket, opened, heard } = createAccepted()
    opened()
    socket.close()
    socket.terminate()
    expect(heard).toEqual(['opened', 'closed 1006 terminated'])
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('an exception of whoever listens', () => {
  const fault = () => {
    throw new Error('a mistake')
  }

  test('to a message closes the socket with 4500 and stays inside', () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { opened, message, told } = createAccepted({ message: fault })
    opened()
    message('hello')
    message('again')
    expect(told).toEqual(['close 4500 internal error'])
    expect(logged).toHaveBeenCalledExactlyOnceWith('socket.fault', new Error('a mistake'))
  })

  test('to the opening closes it, too', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { opened, told } = createAccepted({ opened: fault })
    opened()
    expect(told).toEqual(['close 4500 internal error'])
  })

  test('to be asked who listens closes it, too', () => {
    vi.spyOn(console, 'error').mockImplementation(() => {})
    const { raw, told } = createRaw()
    const { opened, message, closed } = guardSocket(raw, 20, fault)
    opened()
    message('hello')
    closed(1006, '')
    expect(told).toEqual(['close 4500 internal error'])
  })

  test('to the close stays inside', () => {
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {})
    const { opened, closed, told } = createAccepted({ closed: fault })
    opened()
    closed(1000, '')
    expect(told).toEqual([])
    expect(logged).toHaveBeenCalledOnce()
  })
})
