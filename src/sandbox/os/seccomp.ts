/**
 * The system calls that code in a process sandbox may not make, as a BPF program for `bwrap --seccomp`. The kernel is the host's own, so
 * what has no use for ordinary programs and a record of kernel faults is shut: namespaces, mounts, tracing, keyrings, bpf, io_uring,
 * userfaultfd, socket families other than local, IP and route netlink. So is memory that no per-process limit counts (memfd, System V and
 * shared anonymous memory). Numbers newer than this list are "not there".
 *
 * @returns `undefined` for a processor whose numbers are not listed: then the sandbox cannot be had
 */
export function seccompProgram(arch: string = process.arch): Buffer | undefined {
  const numbers = ARCHITECTURES[arch];
  if (!numbers) return undefined;
  const { audit, column, socket, clone, mmap, personality } = numbers;
  const denied = DENIED.map((row) => row[column]).filter((number) => number >= 0);

  // Jumps go to the end of the program, whose place is known only when everything else stands: they are kept as labels until then.
  const body: Line[] = [
    load(OFFSET_ARCH),
    { code: JEQ, k: audit, jf: "kill" },
    load(OFFSET_NUMBER),
    { code: JGE, k: NUMBERS_MAX, jt: "absent" }, // also the second numbering of x86, which begins at 2^30
    { code: JEQ, k: CLONE3, jt: "absent" }, // its flags lie in memory, out of reach; the C library falls back to clone
    ...denied.map((k): Line => ({ code: JEQ, k, jt: "deny" })),
    ...guard(clone, 0, [{ code: JSET, k: CLONE_NEW, jt: "deny", jf: "allow" }]),
    ...guard(mmap, 3, [
      { code: AND, k: MAP_SHARED | MAP_ANONYMOUS },
      { code: JEQ, k: MAP_SHARED | MAP_ANONYMOUS, jt: "deny", jf: "allow" },
    ]),
    ...guard(personality, 0, [
      { code: JEQ, k: 0, jt: "allow" },
      { code: JEQ, k: 0xffff_ffff, jt: "allow", jf: "deny" },
    ]),
    ...guard(socket, 0, [
      { code: JEQ, k: 1, jt: "allow" }, // AF_UNIX
      { code: JEQ, k: 2, jt: "allow" }, // AF_INET: loopback only, there is no other interface
      { code: JEQ, k: 10, jt: "allow" }, // AF_INET6
      { code: JEQ, k: 16, jf: "deny" }, // AF_NETLINK, if
      load(OFFSET_ARGUMENTS + 2 * 8),
      { code: JEQ, k: 0, jt: "allow", jf: "deny" }, // NETLINK_ROUTE: the list of interfaces
    ]),
    { code: RETURN, k: ALLOW },
  ];
  const ends: Record<Label, number> = {
    allow: body.length - 1,
    deny: body.length,
    absent: body.length + 1,
    kill: body.length + 2,
  };
  const program: Line[] = [...body, { code: RETURN, k: ERRNO | EPERM }, { code: RETURN, k: ERRNO | ENOSYS }, { code: RETURN, k: KILL }];
  return Buffer.concat(program.map((line, at) => encode(line, at, ends)));
}

type Label = "allow" | "deny" | "absent" | "kill";

interface Line {
  readonly code: number;
  readonly k: number;
  readonly jt?: Label | number;
  readonly jf?: Label | number;
}

const load = (offset: number): Line => ({ code: LOAD, k: offset });

/** Rules for one call: loads its argument, and is stepped over for any other call, with the number still loaded. */
function guard(number: number, argument: number, rules: readonly Line[]): Line[] {
  return [{ code: JEQ, k: number, jf: rules.length + 1 }, load(OFFSET_ARGUMENTS + argument * 8), ...rules];
}

function encode({ code, k, jt = 0, jf = 0 }: Line, at: number, ends: Record<Label, number>): Buffer {
  const bytes = Buffer.alloc(8);
  const distance = (to: Label | number): number => (typeof to === "number" ? to : ends[to] - at - 1);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(distance(jt), 2);
  bytes.writeUInt8(distance(jf), 3);
  bytes.writeUInt32LE(k >>> 0, 4);
  return bytes;
}

// struct seccomp_data, of which the low half of an argument comes first on both architectures
const OFFSET_NUMBER = 0;
const OFFSET_ARCH = 4;
const OFFSET_ARGUMENTS = 16;
// linux/bpf_common.h
const LOAD = 0x20;
const AND = 0x54;
const JEQ = 0x15;
const JGE = 0x35;
const JSET = 0x45;
const RETURN = 0x06;
// linux/seccomp.h
const ALLOW = 0x7fff_0000;
const ERRNO = 0x0005_0000;
const KILL = 0x8000_0000;
const EPERM = 1;
const ENOSYS = 38;

const NUMBERS_MAX = 463; // the first that came after Linux 6.10
const CLONE3 = 435;
const CLONE_NEW = 0x7e02_0000; // every CLONE_NEW flag that clone takes
const MAP_SHARED = 0x01;
const MAP_ANONYMOUS = 0x20;

interface Numbers {
  /** AUDIT_ARCH of linux/audit.h; 32-bit programs have another, and are killed. */
  readonly audit: number;
  readonly column: 0 | 1;
  readonly socket: number;
  readonly clone: number;
  readonly mmap: number;
  readonly personality: number;
}

const ARCHITECTURES: { readonly [arch: string]: Numbers } = {
  x64: { audit: 0xc000_003e, column: 0, socket: 41, clone: 56, mmap: 9, personality: 135 },
  arm64: { audit: 0xc000_00b7, column: 1, socket: 198, clone: 220, mmap: 222, personality: 92 },
};

/** By asm/unistd.h: on x86-64, on arm64; -1 where there is none. */
const DENIED: readonly (readonly [number, number])[] = [
  [101, 117], // ptrace
  [310, 270], // process_vm_readv
  [311, 271], // process_vm_writev
  [312, 272], // kcmp
  [438, 438], // pidfd_getfd
  [440, 440], // process_madvise
  [448, 448], // process_mrelease
  [248, 217], // add_key
  [249, 218], // request_key
  [250, 219], // keyctl
  [321, 280], // bpf
  [323, 282], // userfaultfd
  [298, 241], // perf_event_open
  [425, 425], // io_uring_setup
  [426, 426], // io_uring_enter
  [427, 427], // io_uring_register
  [272, 97], // unshare
  [308, 268], // setns
  [165, 40], // mount
  [166, 39], // umount2
  [155, 41], // pivot_root
  [161, 51], // chroot
  [428, 428], // open_tree
  [429, 429], // move_mount
  [430, 430], // fsopen
  [431, 431], // fsconfig
  [432, 432], // fsmount
  [433, 433], // fspick
  [442, 442], // mount_setattr
  [457, 457], // statmount
  [458, 458], // listmount
  [303, 264], // name_to_handle_at
  [304, 265], // open_by_handle_at
  [246, 104], // kexec_load
  [320, 294], // kexec_file_load
  [175, 105], // init_module
  [313, 273], // finit_module
  [176, 106], // delete_module
  [169, 142], // reboot
  [167, 224], // swapon
  [168, 225], // swapoff
  [163, 89], // acct
  [164, 170], // settimeofday
  [227, 112], // clock_settime
  [305, 266], // clock_adjtime
  [159, 171], // adjtimex
  [179, 60], // quotactl
  [443, 443], // quotactl_fd
  [103, 116], // syslog
  [172, -1], // iopl
  [173, -1], // ioperm
  [154, -1], // modify_ldt
  [156, -1], // _sysctl
  [134, -1], // uselib
  [180, 42], // nfsservctl
  [212, 18], // lookup_dcookie
  [153, 58], // vhangup
  [170, 161], // sethostname
  [171, 162], // setdomainname
  [278, 75], // vmsplice
  [300, 262], // fanotify_init
  [237, 235], // mbind
  [238, 237], // set_mempolicy
  [450, 450], // set_mempolicy_home_node
  [256, 238], // migrate_pages
  [279, 239], // move_pages
  [216, 234], // remap_file_pages
  [319, 279], // memfd_create
  [447, 447], // memfd_secret
  [29, 194], // shmget
];
