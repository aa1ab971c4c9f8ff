#!/bin/sh
# The first program of a node, inside its new mount, pid, uts, ipc and cgroup namespaces: builds the
# node's view of the world on its overlay and hands over to systemd.
# init.sh NAME ROOT HIDDEN "CGROUP..." FILE=PATH...
#   HIDDEN   a directory of the machine that the node must not see (the lab's state)
#   CGROUP   "2" for the version 2 tree, or the mount options of version 1 hierarchies
#   FILE=PATH a file of the machine that the node sees read-only under PATH
set -eu
name=$1 root=$2 hidden=$3 cgroups=$4
shift 4

hostname "$name"
mount --make-rprivate /
mount --bind "$root" "$root"
mount -t proc proc "$root/proc"
mount -t sysfs sysfs "$root/sys"

if [ "$cgroups" = 2 ]; then
  mount -t cgroup2 cgroup2 "$root/sys/fs/cgroup"
else
  mount -t tmpfs -o mode=755 tmpfs "$root/sys/fs/cgroup"
  for options in $cgroups; do
    directory=${options#none,name=}
    mkdir -p "$root/sys/fs/cgroup/$directory"
    mount -t cgroup -o "$options" cgroup "$root/sys/fs/cgroup/$directory"
    # Controllers that are mounted together are also looked up one by one.
    case $directory in
      *,*) for one in $(echo "$directory" | tr , ' '); do ln -s "$directory" "$root/sys/fs/cgroup/$one"; done ;;
    esac
  done
fi

mount -t tmpfs -o mode=755 tmpfs "$root/dev"
for device in null zero full random urandom tty kmsg fuse; do
  [ ! -e "/dev/$device" ] || cp -a "/dev/$device" "$root/dev/"
done
ln -s /proc/self/fd "$root/dev/fd"
mkdir -p "$root/dev/pts" "$root/dev/shm" "$root/dev/mqueue"
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts "$root/dev/pts"
ln -s pts/ptmx "$root/dev/ptmx"
mount -t tmpfs tmpfs "$root/dev/shm"

mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=1777 tmpfs "$root/tmp"
for directory in /var/lib/kubelet /var/lib/containerd; do
  mkdir -p "$root$directory"
  mount -t tmpfs tmpfs "$root$directory"
done

# A machine starts with an empty kernel log; this kernel has an older one. journald begins after it.
mkdir -p "$root/run/systemd/journal"
cp "$root/etc/nightshift-lab/kernel-seqnum" "$root/run/systemd/journal/kernel-seqnum"
# A boot of its own, as systemd-nspawn gives its containers.
cat /proc/sys/kernel/random/uuid > "$root/run/boot-id"
mount --bind "$root/run/boot-id" "$root/proc/sys/kernel/random/boot_id"
mount -o remount,bind,ro "$root/proc/sys/kernel/random/boot_id"

# The kubelet insists on some settings of the whole kernel: it reads and writes copies, the machine's stay.
mkdir -p "$root/run/kernel-settings"
for setting in vm/overcommit_memory=1 vm/panic_on_oom=0 kernel/panic=10 kernel/panic_on_oops=1 \
  kernel/keys/root_maxkeys=1000000 kernel/keys/root_maxbytes=25000000; do
  path=${setting%=*}
  copy="$root/run/kernel-settings/$(echo "$path" | tr / .)"
  echo "${setting#*=}" > "$copy"
  [ ! -e "$root/proc/sys/$path" ] || mount --bind "$copy" "$root/proc/sys/$path"
done

for pair in "$@"; do
  target="$root${pair#*=}"
  mkdir -p "${target%/*}"
  touch "$target"
  mount --bind "${pair%%=*}" "$target"
  mount -o remount,bind,ro "$target"
done
# Where the machine says "sshd must not run here" it does not mean its nodes.
rm -f "$root/etc/ssh/sshd_not_to_be_run"
mkdir -p "$root$hidden"
mount -t tmpfs -o mode=700,size=4k tmpfs "$root$hidden"

cd "$root"
mkdir -p .old
pivot_root . .old
umount -l /.old
rmdir /.old 2> /dev/null || true
mount --make-rshared /
exec env -i container=lab PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
  /lib/systemd/systemd --unit=node.target --log-target=journal --show-status=0
