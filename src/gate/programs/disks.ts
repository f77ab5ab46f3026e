import { builds, changesSystem, destroysLocal, elevates, list, nothing } from "./acts.ts";
import { type Act, isLiteral, type Program, type Use } from "./program.ts";

/** Disks and file systems. To write one anew ends what is on it; a disk image of the workspace is a file like any other. */

/** Writes to each device or image that is named. */
const overwrites: Act = (use, args) => {
  const targets = args.filter(({ text }) => text.includes("/") || /\.(?:img|raw|iso|qcow2|vhd|dmg)$/.test(text));
  for (const target of targets) use.path(target, { kind: "write", verb: "make a new file system or table on" });
  if (targets.length === 0 && args.length > 0) loses("destroy what is on a disk")(use, args);
};
const loses = (what: string): Act => destroysLocal(what, "no", "many");
const changes = (what: string): Act => changesSystem(what, "costly");
const looks: Act = (use, args) => {
  for (const arg of args) if (arg.text.includes("/")) use.path(arg, { kind: "read" });
};
const says = (use: Use, pattern: RegExp): boolean => use.all.some((arg) => isLiteral(arg) && pattern.test(arg.text));

export const disks: readonly Program[] = [
  {
    names: [
      "mkfs",
      "mkfs.ext2",
      "mkfs.ext3",
      "mkfs.ext4",
      "mkfs.xfs",
      "mkfs.btrfs",
      "mkfs.vfat",
      "mkfs.fat",
      "mkfs.msdos",
      "mkfs.ntfs",
      "mkfs.exfat",
      "mkfs.f2fs",
      "mkfs.minix",
      "mkfs.cramfs",
      "mkfs.bfs",
      "mkfs.jfs",
      "mkfs.reiserfs",
      "mkfs.udf",
      "mkfs.erofs",
      "mkfs.nilfs2",
      "mkfs.gfs2",
      "mkfs.ocfs2",
      "mkfs.bcachefs",
      "mke2fs",
      "mkdosfs",
      "mkntfs",
      "mkexfatfs",
      "mkreiserfs",
      "mkswap",
      "newfs",
      "newfs_hfs",
      "newfs_apfs",
      "newfs_msdos",
      "newfs_exfat",
      "mkudffs",
    ],
    summary: "makes a file system, over whatever was there",
    flags: {
      "-t --type -L -l --label -n --name -O -o -b -i -I -N -m -U -E -T -d -D -s -S -F -c -C -f -R -J -G -g -r -e -M -V <x>":
        nothing,
      "-q -v --quiet --force": nothing,
    },
    clusters: false,
    does: (use) =>
      overwrites(
        use,
        use.all.filter(({ text }) => !text.startsWith("-")),
      ),
    examples: {
      "mkfs.ext4 /dev/sda1": "deny",
      "mkfs -t ext4 /dev/sdb": "deny",
      "mkfs.ext4 -F /dev/nvme0n1p1": "deny",
      "mkfs.ext4 build/disk.img": "allow",
      "mkswap /dev/sdb1": "deny",
      "mkfs.ext4 --help": "allow",
    },
  },
  {
    names: [
      "fdisk",
      "sfdisk",
      "cfdisk",
      "gdisk",
      "sgdisk",
      "cgdisk",
      "parted",
      "gparted",
      "partprobe",
      "partx",
      "kpartx",
      "gpart",
      "addpart",
      "delpart",
    ],
    summary: "divides disks",
    flags: {
      "-l --list -L -d --dump -J --json -s --show-size -V --verify": nothing,
      "-a --align -u -o --output -b -C -H -S <x>": nothing,
    },
    clusters: false,
    does: (use, args) => {
      const reads =
        use.name === "parted"
          ? says(use, /^(?:print|-l|--list|unit|help|version|align-check)$/) &&
            !says(use, /^(?:mk\w+|rm|resizepart|set|name|toggle|disk_set|rescue|move|check)$/)
          : use.name === "gdisk" || use.name === "cgdisk"
            ? says(use, /^(?:-l|--list)$/)
            : use.name === "sgdisk"
              ? says(use, /^(?:-[lpivO]|--(?:print|list|info|verify)\S*)$/) &&
                !says(use, /^-(?:[ZzodntGgcAbR]|-(?:zap|clear|delete|new|mbrtogpt))/)
              : use.name === "partprobe" ||
                use.name === "partx" ||
                says(use, /^(?:-l|-x|--list\S*|-d|--dump|-J|--json|-s|--show-size|-V|--verify)$/);
      (reads ? looks : overwrites)(use, use.name === "parted" ? args.slice(0, 1) : args);
      if (!reads && args.length === 0) changes("divide a disk anew")(use, args);
    },
    examples: {
      "fdisk -l": "allow",
      "fdisk -l /dev/sda": "allow",
      "fdisk /dev/sda": "deny",
      "parted /dev/sda print": "allow",
      "parted -s /dev/sda mklabel gpt": "deny",
      "sgdisk -Z /dev/sda": "deny",
      "sgdisk -p /dev/sda": "allow",
      "gdisk -l /dev/sda": "allow",
      "gdisk /dev/sda": "deny",
      "sfdisk -d /dev/sda": "allow",
      "sfdisk /dev/sda < parts.txt": "deny",
    },
  },
  {
    names: ["wipefs", "blkdiscard", "badblocks", "scrub", "nwipe", "dban", "sg_format", "sg_sanitize", "zerofree"],
    summary: "takes everything off a disk",
    flags: { "-b -c -p -o --offset -l --length -t --types -i -s <x>": nothing },
    clusters: false,
    does: (use, args) => {
      const reads =
        use.name === "wipefs"
          ? !says(use, /^(?:-\w*a\w*|--all|-o|--offset\S*)$/)
          : use.name === "badblocks"
            ? !says(use, /^-\w*[wn]\w*$/)
            : false;
      (reads ? looks : overwrites)(use, args);
    },
    examples: {
      "wipefs /dev/sda": "allow",
      "wipefs -a /dev/sda": "deny",
      "blkdiscard /dev/nvme0n1": "deny",
      "badblocks -w /dev/sdb": "deny",
      "badblocks -sv /dev/sdb": "allow",
    },
  },
  {
    names: ["hdparm", "sdparm", "nvme", "smartctl"],
    summary: "speaks to drives",
    clusters: false,
    does: (use, args) => {
      if (
        says(
          use,
          /^(?:--(?:security-\S+|trim-sector\S*|write-sector|make-bad-sector|yes-i-know\S*|fwdownload\S*|dco-\S+|sanitize\S*)|format|sanitize|write|write-zeroes|write-uncor|delete-ns|create-ns|detach-ns|attach-ns|dsm|fw-download|fw-commit|fw-activate|reset|subsystem-reset|security-send|device-self-test)$/,
        )
      )
        return overwrites(
          use,
          args.filter(({ text }) => text.startsWith("/dev/")),
        );
      if (
        use.name === "smartctl"
          ? says(use, /^(?:-s|-t|-o|-S|--test\S*|--set\S*)$/)
          : use.name === "sdparm" && says(use, /^(?:--set\S*|-s|--command\S*)$/)
      )
        return changes("change how a drive works")(use, args);
      looks(use, args);
    },
    examples: {
      "hdparm -I /dev/sda": "allow",
      "hdparm --security-erase x /dev/sda": "deny",
      "nvme list": "allow",
      "nvme smart-log /dev/nvme0": "allow",
      "nvme format /dev/nvme0n1": "deny",
      "smartctl -a /dev/sda": "allow",
    },
  },
  {
    names: [
      "fsck",
      "fsck.ext2",
      "fsck.ext3",
      "fsck.ext4",
      "fsck.xfs",
      "fsck.vfat",
      "fsck.fat",
      "fsck.btrfs",
      "fsck.f2fs",
      "fsck.exfat",
      "e2fsck",
      "xfs_repair",
      "dosfsck",
      "ntfsfix",
      "fsck_apfs",
      "fsck_hfs",
      "reiserfsck",
      "btrfsck",
    ],
    summary: "checks and mends file systems",
    flags: { "-t -b -B -C -l <x>": nothing, "-n -N --readonly --check": nothing },
    does: (use, args) =>
      (use.has("-n") || args.length === 0 ? looks : changes("mend a file system, which may drop files"))(use, args),
    examples: {
      "fsck -n /dev/sda1": "allow",
      "fsck -y /dev/sda1": "hold",
      "e2fsck -f /dev/sda1": "hold",
      "xfs_repair -n /dev/sda1": "allow",
      "xfs_repair -L /dev/sda1": "hold",
    },
  },
  {
    names: [
      "tune2fs",
      "tunefs",
      "dumpe2fs",
      "debugfs",
      "e2label",
      "resize2fs",
      "xfs_growfs",
      "xfs_info",
      "xfs_admin",
      "xfs_db",
      "xfs_freeze",
      "fsfreeze",
      "blkid",
      "blockdev",
      "losetup",
      "fstrim",
      "dmsetup",
      "e2image",
      "e4defrag",
      "fatlabel",
      "ntfsresize",
      "swaplabel",
      "exfatlabel",
      "quotacheck",
      "quotaon",
      "quotaoff",
      "setquota",
      "edquota",
      "repquota",
      "quota",
      "multipath",
      "iscsiadm",
      "tgtadm",
      "drbdadm",
      "dmraid",
    ],
    summary: "looks at and tunes file systems",
    clusters: false,
    does: (use, args) => {
      const { name } = use;
      // It reads and writes past every right that files have.
      if (name === "debugfs" || name === "xfs_db")
        return elevates("get at a file system past the rights of its files")(use, args);
      if (/^(?:dumpe2fs|xfs_info|blkid|repquota|quota)$/.test(name)) return looks(use, args);
      if (says(use, /^(?:remove(?:_all)?|wipe_table|clear|format)$/))
        return loses("take a mapped disk away or write to it raw")(use, args);
      if (
        says(
          use,
          /^(?:-l|-a|--list|-j|-J|ls|status|info|table|deps|targets|-R|--get\S+|--report|-P|-r|-ll|-f|--find|discovery|session|show)$/,
        ) &&
        !(name === "losetup" && args.length > 1)
      )
        return looks(use, []);
      if ((name === "e2label" || name === "losetup") && args.length < 2 && !says(use, /^-[dDcP]/))
        return looks(use, args);
      changes("change a file system or a mapped disk")(use, args);
    },
    examples: {
      "tune2fs -l /dev/sda1": "allow",
      "tune2fs -O ^has_journal /dev/sda1": "hold",
      blkid: "allow",
      "dumpe2fs -h /dev/sda1": "allow",
      "losetup -a": "allow",
      "debugfs -R 'cat <8>' /dev/sda1": "hold",
      "dmsetup remove_all": "hold",
      "resize2fs /dev/sda1": "hold",
    },
  },
  {
    names: [
      "lvremove",
      "vgremove",
      "pvremove",
      "lvs",
      "vgs",
      "pvs",
      "lvdisplay",
      "vgdisplay",
      "pvdisplay",
      "lvscan",
      "vgscan",
      "pvscan",
      "lvcreate",
      "vgcreate",
      "pvcreate",
      "lvextend",
      "lvresize",
      "lvreduce",
      "vgextend",
      "vgreduce",
      "lvchange",
      "vgchange",
      "pvchange",
      "pvmove",
      "pvresize",
      "lvconvert",
      "vgrename",
      "lvrename",
      "vgexport",
      "vgimport",
      "vgsplit",
      "vgmerge",
      "lvm",
      "lvmdiskscan",
      "vgcfgbackup",
      "vgcfgrestore",
      "pvck",
      "vgck",
    ],
    summary: "logical volumes",
    flags: { "-t --test": "inert", "-o -O -S --units -L -l -n --size --name <x>": nothing },
    does: (use, args) => {
      const name = use.name === "lvm" ? (args[0]?.text ?? "lvs") : use.name;
      if (/^(?:.*s$|.*display|.*scan|vgcfgbackup|pvck|vgck|help|version)$/.test(name)) return builds(use, args);
      if (/remove|reduce|pvcreate|cfgrestore|merge/.test(name))
        return loses("take a logical volume away with what is on it")(use, args);
      changes("change logical volumes")(use, args);
    },
    examples: {
      lvs: "allow",
      "lvremove -f vg0/data": "hold",
      "vgremove vg0": "hold",
      "pvcreate /dev/sdb": "hold",
      "lvextend -L +1G vg0/data": "hold",
      "lvm vgs": "allow",
    },
  },
  {
    names: [
      "zpool",
      "zfs",
      "btrfs",
      "bcachefs",
      "stratis",
      "mdadm",
      "cryptsetup",
      "veracrypt",
      "storcli",
      "megacli",
      "ceph",
      "rados",
      "rbd",
      "gluster",
      "beegfs-ctl",
      "hdfs",
      "hadoop",
    ],
    summary: "pools, arrays, encrypted and spread file systems",
    flags: { "-p --pool -n --name -c --conf -k --keyring -o -t -r -d <x>": nothing },
    clusters: false,
    does: (use, args) => {
      const said = use.all.map(({ text }) => text.replace(/^-+/, "")).filter((word) => !word.includes("/"));
      const first = said.slice(0, 4).join(" ");
      if (use.name === "cryptsetup" && /\b(?:luksFormat|erase|luksErase|reencrypt|format)\b/.test(first))
        return overwrites(
          use,
          args.filter(({ text }) => text.startsWith("/dev/") || text.endsWith(".img")),
        );
      if (use.name === "mdadm" && /\bzero-superblock\b/.test(first))
        return overwrites(
          use,
          args.filter(({ text }) => text.startsWith("/dev/")),
        );
      if (
        /\b(?:destroy|delete|labelclear|rollback|remove|rm|rmr|purge|rmpool|rmfailed|luksKillSlot|luksRemoveKey|luksSuspend|stop|fail|detach|offline|split|reset|expunge|force-delete|create|zap|out|down|lost|deleteSnapshot|format|truncate|receive|recv|rmdir|delLd|init)\b/.test(
          first,
        ) &&
        !/\bcreate -?-?help\b/.test(first)
      )
        return loses("take away or make anew what holds data")(use, args);
      if (
        /^(?:f?s? ?)?(?:list|status|get|history|iostat|events|show|usage|df|du|info|detail|examine|luksDump|isLuks|luksUUID|scan|diff|holds|version|health|osd (?:tree|df|stat|ls)|pool list|volume (?:info|list|status)|subvolume (?:list|show)|filesystem (?:show|df|usage|du)|device (?:stats|usage|scan)|scrub status|balance status|property get|ls|cat|text|tail|stat|count|test|lspools|report|dfs -(?:ls|cat|du|df|stat|tail|count|text)|dfs (?:ls|cat|du|df|stat|tail|count|text)|fs (?:ls|cat|du|df|status)|Q|D|E|l)\b/.test(
          first,
        ) ||
        first === ""
      )
        return builds(use, args);
      changes("change what holds data")(use, args);
    },
    examples: {
      "zpool status": "allow",
      "zpool destroy tank": "hold",
      "zfs list -t snapshot": "allow",
      "zfs destroy -r tank/a": "hold",
      "zfs rollback tank/a@b": "hold",
      "mdadm --detail /dev/md0": "allow",
      "mdadm --stop /dev/md0": "hold",
      "mdadm --zero-superblock /dev/sda1": "deny",
      "cryptsetup luksFormat /dev/sda2": "deny",
      "cryptsetup luksDump /dev/sda2": "allow",
      "btrfs subvolume list /": "allow",
      "btrfs subvolume delete /a": "hold",
      "ceph osd pool delete a a": "hold",
      "ceph status": "allow",
      "hdfs dfs -ls /": "allow",
      "hdfs dfs -rm -r /data": "hold",
    },
  },
  {
    names: ["diskutil", "hdiutil", "asr", "udisksctl", "gnome-disks", "eject", "diskpart"],
    summary: "disks of desktops",
    clusters: false,
    does: (use, args) => {
      const verbs = args.map(({ text }) => text);
      const disk = use.operands.findLast(({ text }) => /^(?:\/dev\/|disk\d)/.test(text));
      if (
        verbs.some((word) =>
          /^(?:erase\w*|zeroDisk|randomDisk|secureErase|reformat|partitionDisk|deleteContainer|deleteVolume|deleteVolumeGroup|addPartition|mergePartitions|splitPartition|eraseVolume|restore|delete\w*|format)$/.test(
            word,
          ),
        )
      )
        return use.emit({
          kind: "delete",
          what: `${use.title} ${list(args)}: erase a disk`,
          target: disk?.text ?? use.name,
          place: "device",
          undoable: "no",
          reach: "all",
        });
      if (use.name === "hdiutil" && verbs[0] === "create") {
        const file = args.at(-1);
        return file === undefined ? undefined : use.path(file, { kind: "write", keeps: true });
      }
      if (
        verbs.length === 0 ||
        verbs.some((word) =>
          /^(?:list|info|activity|imageinfo|verify\w*|attach|detach|mount\w*|unmount\w*|status|dump|monitor|apfs|cs|ar|listFilesystems|plugins|checksum|makehybrid|convert|compact|pmap)$/.test(
            word,
          ),
        )
      )
        return builds(use, args);
      changes("change a disk")(use, args);
    },
    examples: {
      "diskutil list": "allow",
      "diskutil info disk0": "allow",
      "diskutil eraseDisk JHFS+ X disk2": "deny",
      "diskutil apfs deleteContainer disk1": "deny",
      "hdiutil attach a.dmg": "allow",
      "hdiutil create -srcfolder dist out.dmg": "allow",
    },
  },
];
