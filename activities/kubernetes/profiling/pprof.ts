/** Reads a pprof profile (github.com/google/pprof/proto/profile.proto, gzipped) into stacks. */
import { gunzipSync } from 'node:zlib';
import protobuf from 'protobufjs';
import { z } from 'zod';
import { printable } from '../client/failure.ts';

/** The fields that are read; the others are skipped. */
const FORMAT = `
syntax = "proto3";
message Profile {
  repeated ValueType sample_type = 1;
  repeated Sample sample = 2;
  repeated Location location = 4;
  repeated Function function = 5;
  repeated string string_table = 6;
  int64 default_sample_type = 14;
}
message ValueType { int64 type = 1; int64 unit = 2; }
message Sample { repeated uint64 location_id = 1; repeated int64 value = 2; }
message Location { uint64 id = 1; uint64 address = 3; repeated Line line = 4; }
message Line { uint64 function_id = 1; int64 line = 2; }
message Function { uint64 id = 1; int64 name = 2; int64 filename = 4; }
`;
const Profile = protobuf.parse(FORMAT).root.lookupType('Profile');

const int = z.number().default(0);
const Decoded = z.object({
  sampleType: z.array(z.object({ type: int, unit: int })).default([]),
  sample: z
    .array(z.object({ locationId: z.array(int).default([]), value: z.array(int).default([]) }))
    .default([]),
  location: z
    .array(
      z.object({
        id: int,
        address: int,
        line: z.array(z.object({ functionId: int, line: int })).default([]),
      }),
    )
    .default([]),
  function: z.array(z.object({ id: int, name: int, filename: int })).default([]),
  stringTable: z.array(z.string()).default([]),
  defaultSampleType: int,
});

/** A profile of a small program has a few thousand samples: this is far more, and bounds a hostile answer. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Of all stacks together: a few bytes can name the same long location again and again. */
const MOST_FRAMES = 5_000_000;
const NAME = 200;

export interface Frame {
  readonly function: string;
  /** `file.go:24`; empty where it is not known. */
  readonly at: string;
}
export interface Stack {
  /** Outermost caller first. */
  readonly frames: readonly Frame[];
  readonly value: number;
}
export interface Stacks {
  readonly unit: string;
  readonly stacks: readonly Stack[];
}

/** Throws an Error that says why it is no profile. */
export function readPprof(file: Uint8Array): Stacks {
  const bytes = gunzipSync(file, { maxOutputLength: MOST_BYTES });
  const profile = Decoded.parse(Profile.toObject(Profile.decode(bytes), { longs: Number }));
  const text = (index: number) => printable(profile.stringTable[index] ?? '', NAME);
  const asked = profile.sampleType.findIndex(({ type }) => type === profile.defaultSampleType);
  // As `go tool pprof` does it: the last one where none is the default.
  const position = profile.defaultSampleType > 0 && asked >= 0 ? asked : profile.sampleType.length - 1;
  const functions = new Map(
    profile.function.map((f) => [f.id, { name: text(f.name), file: text(f.filename) }]),
  );
  const frames = new Map(
    profile.location.map(({ id, address, line }) => [
      id,
      // The innermost of functions that were inlined comes first.
      line.length === 0
        ? [{ function: `0x${address.toString(16)}`, at: '' }]
        : line.map((l) => {
            const { name = '?', file = '' } = functions.get(l.functionId) ?? {};
            return { function: name, at: file && `${file.split('/').at(-1)}:${l.line}` };
          }),
    ]),
  );
  let left = MOST_FRAMES;
  const framesOf = (locations: readonly number[]): Frame[] => {
    const found: Frame[] = [];
    for (const id of locations) {
      const inlined = frames.get(id) ?? [];
      left -= inlined.length;
      if (left < 0) throw new Error(`its stacks have more than ${MOST_FRAMES.toLocaleString('en')} frames`);
      for (const frame of inlined) found.push(frame);
    }
    return found.reverse();
  };
  return {
    unit: text(profile.sampleType[position]?.unit ?? 0),
    stacks: profile.sample
      .map(({ locationId, value }) => ({
        frames: framesOf(locationId),
        value: value[position] ?? 0,
      }))
      .filter(({ value, frames: of }) => value > 0 && of.length > 0),
  };
}
