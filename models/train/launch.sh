#!/bin/sh
# Two single-threaded ranks of one training at the lowest priority: launch.sh RUN NAME [arguments of train_unet.py]
run=$1
name=$2
shift 2
rm -f "$run/$name.meet"
export OMP_WAIT_POLICY=PASSIVE MALLOC_MMAP_MAX_=0 MALLOC_TRIM_THRESHOLD_=8589934592 MALLOC_TOP_PAD_=67108864
python=${PYTHON:-python3}
for rank in 1 0; do
  nice -n "${NICE:-19}" "$python" train_unet.py --run "$run" --name "$name" --ranks 2 --rank $rank --threads 1 "$@" \
    > "$run/$name.$rank.log" 2>&1 &
done
wait
