/**
 * The system calls that code in the sandbox may make, in the engine's JSON form. An allow list of our own, because engines differ: some
 * still let AF_VSOCK (a way to the hypervisor, which "no network" does not close) and io_uring through.
 *
 * No architecture is listed, so only the engine's own one is let in: 32-bit calls, which would walk round the socket rule, kill the process.
 * Names that a kernel does not know are ignored by the engine.
 */
export const seccompProfile = JSON.stringify({
  defaultAction: "SCMP_ACT_ERRNO",
  defaultErrnoRet: 1,
  syscalls: [
    { names: allowedCalls(), action: "SCMP_ACT_ALLOW" },
    allow("socket", { index: 0, value: 1, op: "SCMP_CMP_EQ" }), // AF_UNIX
    allow("socket", { index: 0, value: 2, op: "SCMP_CMP_EQ" }), // AF_INET: loopback only, there is no other interface
    allow("socket", { index: 0, value: 10, op: "SCMP_CMP_EQ" }), // AF_INET6
    allow("socket", { index: 0, value: 16, op: "SCMP_CMP_EQ" }, { index: 2, value: 0, op: "SCMP_CMP_EQ" }), // NETLINK_ROUTE: the list of interfaces
    allow("socketpair", { index: 0, value: 1, op: "SCMP_CMP_EQ" }),
    allow("clone", { index: 0, value: 0x7e02_0000, valueTwo: 0, op: "SCMP_CMP_MASKED_EQ" }), // no CLONE_NEW*: no namespaces
    allow("personality", { index: 0, value: 0, op: "SCMP_CMP_EQ" }),
    allow("personality", { index: 0, value: 0xffff_ffff, op: "SCMP_CMP_EQ" }),
    // The flags of clone3 lie in memory, out of reach of a filter. "Not there" makes the C library fall back to clone.
    { names: ["clone3"], action: "SCMP_ACT_ERRNO", errnoRet: 38 },
  ],
});

interface ArgumentRule {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: "SCMP_CMP_EQ" | "SCMP_CMP_MASKED_EQ";
}

function allow(name: string, ...args: readonly ArgumentRule[]) {
  return { names: [name], action: "SCMP_ACT_ALLOW", args };
}

/**
 * What programs, threads, subprocesses and numeric libraries need. Left out on purpose: ptrace, process_vm_*, keyrings, bpf, userfaultfd,
 * perf_event_open, io_uring, unshare, setns, mount and its kin, handles, kexec, modules, clocks, quotas, swap, vmsplice.
 */
function allowedCalls(): string[] {
  return `
    read write readv writev pread64 pwrite64 preadv pwritev preadv2 pwritev2 close close_range open openat openat2 creat dup dup2 dup3
    lseek _llseek pipe pipe2 fcntl ioctl flock fsync fdatasync sync syncfs sync_file_range truncate ftruncate fallocate fadvise64
    readahead sendfile copy_file_range splice tee stat fstat lstat newfstatat statx statfs fstatfs access faccessat faccessat2
    getdents getdents64 getcwd chdir fchdir mkdir mkdirat rmdir rename renameat renameat2 link linkat unlink unlinkat symlink symlinkat
    readlink readlinkat mknod mknodat chmod fchmod fchmodat fchmodat2 chown fchown lchown fchownat umask utime utimes utimensat futimesat
    getxattr lgetxattr fgetxattr listxattr llistxattr flistxattr setxattr lsetxattr fsetxattr removexattr lremovexattr fremovexattr
    inotify_init inotify_init1 inotify_add_watch inotify_rm_watch
    mmap munmap mprotect mremap madvise msync mincore mlock mlock2 munlock mlockall munlockall brk memfd_create membarrier
    pkey_alloc pkey_free pkey_mprotect map_shadow_stack
    fork vfork execve execveat exit exit_group wait4 waitid set_tid_address set_robust_list get_robust_list rseq arch_prctl prctl
    futex futex_waitv futex_wake futex_wait futex_requeue gettid getpid getppid getpgid getpgrp setpgid setsid getsid
    kill tkill tgkill rt_sigaction rt_sigprocmask rt_sigpending rt_sigqueueinfo rt_tgsigqueueinfo rt_sigreturn rt_sigsuspend
    rt_sigtimedwait sigaltstack pause alarm restart_syscall pidfd_open pidfd_send_signal
    getuid geteuid getgid getegid getresuid getresgid getgroups setuid setgid setreuid setregid setresuid setresgid setgroups setfsuid setfsgid
    capget capset seccomp getcpu sched_yield sched_getaffinity sched_setaffinity sched_getparam sched_setparam sched_getscheduler
    sched_setscheduler sched_getattr sched_setattr sched_get_priority_max sched_get_priority_min sched_rr_get_interval
    getpriority setpriority ioprio_get ioprio_set getrlimit setrlimit prlimit64 ugetrlimit getrusage times sysinfo uname
    time gettimeofday clock_gettime clock_getres clock_nanosleep nanosleep getitimer setitimer
    timer_create timer_settime timer_gettime timer_getoverrun timer_delete timerfd_create timerfd_settime timerfd_gettime
    select _newselect pselect6 poll ppoll epoll_create epoll_create1 epoll_ctl epoll_ctl_old epoll_wait epoll_wait_old epoll_pwait epoll_pwait2
    eventfd eventfd2 signalfd signalfd4 getrandom
    bind listen accept accept4 connect getsockname getpeername getsockopt setsockopt shutdown
    send recv sendto recvfrom sendmsg recvmsg sendmmsg recvmmsg
    semget semop semctl semtimedop msgget msgsnd msgrcv msgctl shmget shmat shmdt shmctl
    mq_open mq_unlink mq_timedsend mq_timedreceive mq_notify mq_getsetattr
    io_setup io_destroy io_submit io_cancel io_getevents io_pgetevents
    landlock_create_ruleset landlock_add_rule landlock_restrict_self
  `
    .trim()
    .split(/\s+/);
}
