import { expect, test } from 'vitest'
import { isAddressRange, isAllowedAddress } from '../../src/runtime/address-policy.ts'

const PUBLIC_ONLY = { allowPrivate: [] }

test.each([
  ['93.184.216.34'],
  ['8.8.8.8'],
  ['2606:2800:220:1:248:1893:25c8:1946'],
  ['::ffff:93.184.216.34'],
  ['64:ff9b::5db8:d822'],
])('a request may go to %s', (address) => {
  expect(isAllowedAddress(address, PUBLIC_ONLY)).toBe(true)
})

test.each([
  ['127.0.0.1', 'loopback'],
  ['127.8.9.1', 'loopback'],
  ['0.0.0.0', 'this machine'],
  ['10.1.2.3', 'private'],
  ['172.16.0.1', 'private'],
  ['192.168.1.1', 'private'],
  ['169.254.169.254', 'the metadata service of clouds'],
  ['100.64.0.1', 'behind carrier-grade NAT'],
  ['100.100.100.200', 'the metadata service of another cloud'],
  ['192.0.0.192', 'for protocols'],
  ['198.18.0.1', 'for benchmarks'],
  ['192.0.2.1', 'for documentation'],
  ['224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['240.0.0.1', 'reserved'],
  ['::1', 'loopback'],
  ['::', 'this machine'],
  ['fe80::1', 'link-local'],
  ['fe80::1%eth0', 'link-local with a zone'],
  ['fd00:ec2::254', 'the metadata service, by IPv6'],
  ['fdaa:0:1::3', 'private'],
  ['fec0::1', 'private of old'],
  ['ff02::1', 'multicast'],
  ['::ffff:127.0.0.1', 'loopback as IPv6'],
  ['::ffff:a9fe:a9fe', 'the metadata service as IPv6'],
  ['::127.0.0.1', 'loopback as IPv6 of old'],
  ['64:ff9b::7f00:1', 'loopback behind NAT64'],
  ['2002:7f00:1::', 'loopback behind 6to4'],
  ['2130706433', 'loopback as one number'],
  ['0177.0.0.1', 'loopback in octal'],
  ['127.1', 'loopback, shortened'],
  ['metadata.internal', 'no address'],
  ['', 'nothing'],
])('a request may not go to %s, %s', (address) => {
  expect(isAllowedAddress(address, PUBLIC_ONLY)).toBe(false)
})

test('a range that the operator allows may be reached, and nothing beside it', () => {
  const policy = { allowPrivate: ['10.0.0.0/8', 'fdaa::/16'] }
  expect(isAllowedAddress('10.200.0.1', policy)).toBe(true)
  expect(isAllowedAddress('::ffff:10.200.0.1', policy)).toBe(true)
  expect(isAllowedAddress('fdaa:0:1::3', policy)).toBe(true)
  expect(isAllowedAddress('11.0.0.1', policy)).toBe(true)
  expect(isAllowedAddress('127.0.0.1', policy)).toBe(false)
  expect(isAllowedAddress('fd00::1', policy)).toBe(false)
})

test('an address range is written as CIDR', () => {
  expect(['10.0.0.0/8', '127.0.0.1/32', 'fdaa::/16'].map(isAddressRange)).toEqual([
    true,
    true,
    true,
  ])
  expect(['10.0.0.0', '10.0.0.0/33', 'localhost', ''].map(isAddressRange)).toEqual([
    false,
    false,
    false,
    false,
  ])
})
